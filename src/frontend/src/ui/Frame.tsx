// What stands around every page: the top bar, the live regions, help.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { actions, chrome, help } from "../words/en";
import { Announcer } from "./Announcer";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Mark } from "./Icon";
import { LookMenu } from "./Menu";
import type { Look } from "./theme";

export interface FrameSettings {
  look: Look;
  version: string;
  role: "student" | "teacher";
}

const Help = createContext<(section?: string) => void>(() => {});
const Settings = createContext<FrameSettings>({
  look: { theme: "light", contrast: false },
  version: "",
  role: "student",
});

/** Opens the help dialog, at a section if one is named. */
export const useHelp = () => useContext(Help);

export function Frame({ settings, children }: { settings: FrameSettings; children: ComponentChildren }) {
  const [section, setSection] = useState<string | null>(null);
  const sections = settings.role === "teacher" ? help.teacherSections : help.sections;
  return (
    <Settings.Provider value={settings}>
      <Help.Provider value={(id) => setSection(id ?? "")}>
        <div class={`page ${settings.role}`}>{children}</div>
        <Announcer />
        {section !== null && (
          <Dialog
            title={help.title}
            wide
            onClose={() => setSection(null)}
            actions={
              <Button kind="primary" onPress={() => setSection(null)}>
                {chrome.close}
              </Button>
            }
          >
            {sections.map(({ id, title, body }) => (
              <details key={id} class="help-section" open={id === section}>
                <summary>{title}</summary>
                <p>{body}</p>
              </details>
            ))}
          </Dialog>
        )}
      </Help.Provider>
    </Settings.Provider>
  );
}

/** 48 px on every page: mark, then course or sections, then help and ⋯ in their one place. */
export function TopBar({ children, course }: { children?: ComponentChildren; course?: string | undefined }) {
  const settings = useContext(Settings);
  const openHelp = useHelp();
  return (
    <header class="top">
      <span class="top-brand">
        <Mark />
        {course !== undefined && <span class="top-product">{chrome.product}</span>}
      </span>
      {course && <span class="top-course">{course}</span>}
      {children}
      <span class="top-end">
        <Button kind="quiet" icon="help" onPress={() => openHelp()}>
          {chrome.help}
        </Button>
        <LookMenu start={settings.look} version={settings.version} />
      </span>
    </header>
  );
}

/** Whether the browser says that it has a network. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const read = () => setOnline(navigator.onLine);
    window.addEventListener("online", read);
    window.addEventListener("offline", read);
    return () => {
      window.removeEventListener("online", read);
      window.removeEventListener("offline", read);
    };
  }, []);
  return online;
}

/** The time, renewed every `everyMs`, so that "in 2 h" stays true. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function CopyButton({
  text,
  label,
  kind = "quiet",
}: {
  text: string;
  label: string;
  kind?: "quiet" | "default";
}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    setCopied(await toClipboard(text));
    setTimeout(() => setCopied(false), 3_000);
  };
  return (
    <Button kind={kind} icon={copied ? "check" : "copy"} onPress={() => void copy()}>
      {copied ? actions.copied : label}
    </Button>
  );
}

/** LMS frames seldom delegate `clipboard-write`; the old way by selection works there. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "hidden";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  }
}
