// What the server tells the page in its one JSON block; the script knows no path or name by itself.

export interface PageConfig {
  mode: "student" | "teacher" | "guest";
  api: string;
  session_token: string;
  session_expires_at: string;
  person: { id: string; name: string | null };
  role: "learner" | "instructor" | "assistant" | "designer" | "observer" | "administrator" | "guest";
  platform: { name: string; product_family: string | null; return_url: string | null };
  course: { id: string; title: string | null; label: string | null };
  assignment: { id: string };
  test_user: boolean;
  locale: string;
  framed: boolean | null;
  version: string;
}

/** The page's configuration. Throws when the shell carries none: nothing works without it. */
export function readConfig(page: Document = document): PageConfig {
  const block = page.getElementById("fieldreel-config");
  if (!block?.textContent) throw new Error("The page carries no configuration block.");
  return JSON.parse(block.textContent) as PageConfig;
}

/** "NUR 204 Clinical skills": label and title as far as the platform sent them. */
export function courseName(course: PageConfig["course"]): string {
  const { label, title } = course;
  if (label && title && !title.includes(label)) return `${label} ${title}`;
  return title ?? label ?? "";
}
