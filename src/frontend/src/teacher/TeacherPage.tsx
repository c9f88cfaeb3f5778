import type { Client } from "../api/client";
import type { PageConfig } from "../config";
export function TeacherPage(_: { client: Client; config: PageConfig }) {
  return null;
}
