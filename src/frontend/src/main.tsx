import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/student.css";
import "./styles/player.css";
import "./styles/teacher.css";
import { render } from "preact";
import { Client } from "./api/client";
import { type PageConfig, readConfig } from "./config";
import { GuestPage } from "./launch/GuestPage";
import { Frame } from "./ui/Frame";
import { applyLook, startLook } from "./ui/theme";
import { chrome } from "./words/en";
import { useLocale } from "./words/format";

async function start(): Promise<void> {
  const config = readConfig();
  const look = startLook(config.framed ?? window.self !== window.top);
  applyLook(look, false);
  useLocale(config.locale);
  document.documentElement.lang = config.locale || "en";
  const root = document.getElementById("app");
  if (!root) throw new Error("The page has no place for the application.");
  const view = await viewFor(config);
  const role = config.mode === "teacher" ? "teacher" : "student";
  render(<Frame settings={{ look, version: config.version, role }}>{view}</Frame>, root);
}

/** Only the view that this person needs is loaded. */
async function viewFor(config: PageConfig) {
  const client = new Client(config);
  switch (config.mode) {
    case "student": {
      const { StudentPage } = await import("./student/StudentPage");
      return <StudentPage client={client} config={config} />;
    }
    case "teacher": {
      const { TeacherPage } = await import("./teacher/TeacherPage");
      return <TeacherPage client={client} config={config} />;
    }
    default:
      return <GuestPage config={config} />;
  }
}

start().catch((error: unknown) => {
  const root = document.getElementById("app");
  if (root) root.textContent = chrome.unavailable;
  throw error;
});
