import type { MyWork } from "../api/wire";
import { Icon, type IconName } from "../ui/Icon";
import { student } from "../words/en";
import { shownVideo } from "./situation";

/** What is true in every state: limits, attempts, who sees it, when it is deleted. */
export function Facts({ work }: { work: MyWork }) {
  const { assignment, attempts_left } = work;
  const rows: [IconName, string, string][] = [
    ["film", student.facts.limits, student.limits(assignment.max_duration_seconds, assignment.max_bytes)],
    ["refresh", student.facts.attempts, student.attemptsLeft(attempts_left, assignment.attempts_allowed)],
    ["eye", student.facts.who, student.whoSees],
    ["trash", student.facts.deleted, student.deletedOn(shownVideo(work)?.delete_at ?? null, assignment.retention_days)],
  ];
  return (
    <dl class="facts">
      {rows.map(([icon, name, value]) => (
        <div key={name}>
          <dt>
            <Icon name={icon} />
            {name}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
