import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { scenes, submission } from "../../dev/scenes";
import { Client, type Fetch } from "../api/client";
import type { PageConfig } from "../config";
import { StudentPage } from "./StudentPage";

afterEach(cleanup);

const config: PageConfig = {
  mode: "student",
  api: "/api/v1",
  session_token: "t",
  session_expires_at: "2027-01-01T00:00:00Z",
  person: { id: "p", name: "Amira Haddad" },
  role: "learner",
  platform: { name: "Moodle", product_family: "moodle", return_url: "https://lms.test/" },
  course: { id: "c", title: "Clinical skills", label: "NUR 204" },
  assignment: { id: "a1" },
  test_user: false,
  locale: "en",
  framed: true,
  version: "0.1.0",
};

function show(scene: string, answers: Record<string, () => Response> = {}) {
  const fetch = vi.fn<Fetch>(async (input, init) => {
    const route = `${init.method} ${input.replace("/api/v1", "")}`;
    const own = answers[route];
    if (own) return own();
    if (input.endsWith("/my-work")) return Response.json(scenes[scene]?.work);
    if (input.endsWith("/grade") && scenes[scene]?.grade) return Response.json(scenes[scene]?.grade);
    return Response.json({ code: "none" }, { status: 404 });
  });
  render(<StudentPage client={new Client(config, fetch)} config={config} />);
  return fetch;
}

const card = (id: string) =>
  waitFor(() => {
    const element = document.querySelector(`[data-state="${id}"]`);
    if (!element) throw new Error(`not in state ${id}`);
    return element;
  });

describe("the student's page", () => {
  it("invites to upload, with due time, chips and limits", async () => {
    show("empty");
    await card("home.empty");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Hand hygiene demonstration");
    expect(document.body.textContent).toContain("Not submitted");
    expect(document.body.textContent).toContain("Up to 10\u00a0min and 5\u00a0GB");
    expect(screen.getByRole("button", { name: "Upload a file" })).toBeTruthy();
  });

  it("refuses a document before anything is sent", async () => {
    const fetch = show("empty");
    await card("home.empty");
    const calls = fetch.mock.calls.length;
    const input = document.querySelector("input[type=file]") as HTMLInputElement;
    const file = new File(["%PDF-1.7"], "essay.pdf", { type: "application/pdf" });
    Object.defineProperty(input, "files", { value: [file] });
    fireEvent.change(input);
    const refused = await card("pick.wrong_type");
    expect(refused.textContent).toContain("We cannot use essay.pdf");
    expect(fetch.mock.calls.length).toBe(calls);
  });

  it("submits only with the statement ticked, and then shows the receipt", async () => {
    let done = false;
    const fetch = show("draft", {
      "GET /assignments/a1/my-work": () => Response.json(scenes[done ? "submitted" : "draft"]?.work),
      "POST /submissions": () => {
        done = true;
        return Response.json(submission(), { status: 201 });
      },
    });
    await card("home.draft");
    fireEvent.click(screen.getByRole("button", { name: "Review and submit" }));
    await card("preview.ready");
    fireEvent.click(screen.getByRole("button", { name: "Submit" }));
    const dialog = await screen.findByRole("dialog");
    const confirm = Array.from(dialog.querySelectorAll("button")).at(-1) as HTMLButtonElement;
    fireEvent.click(confirm);
    expect((await screen.findByText("Tick the box to submit.")).textContent).toBeTruthy();
    expect(fetch.mock.calls.some(([, init]) => init.method === "POST" && String(init.body).includes("video_id"))).toBe(
      false,
    );
    fireEvent.click(dialog.querySelector("input") as HTMLInputElement);
    fireEvent.click(confirm);
    await card("submit.done");
    expect(document.body.textContent).toContain("VA-7F3K-21QD");
  });

  it("shows the grade and the comment", async () => {
    show("graded");
    const graded = await card("fb.ready");
    expect(graded.textContent).toContain("78");
    expect(graded.textContent).toContain("You skipped the thumbs here.");
    expect(graded.textContent).toContain("In the gradebook");
  });

  it("keeps the earlier submission in view while a new video waits", async () => {
    show("replacing");
    await card("home.draft");
    expect(document.body.textContent).toContain("Attempt 1 stays submitted until you submit the new video.");
  });

  it("says where to go when the sign-in has ended", async () => {
    show("empty", { "GET /assignments/a1/my-work": () => Response.json({ code: "session.ended" }, { status: 401 }) });
    await card("up.session_over");
    expect(screen.getByRole("link", { name: "Open in Moodle" }).getAttribute("href")).toBe("https://lms.test/");
  });
});
