import { courseName, type PageConfig } from "../config";
import { CopyButton, TopBar } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { actions, states } from "../words/en";
import * as f from "../words/format";

/** For a person whose role in the course the platform did not say. */
export function GuestPage({ config }: { config: PageConfig }) {
  const words = states["launch.role_unknown"]();
  const details = [
    `${config.platform.name}, ${courseName(config.course)}`,
    `role: ${config.role}`,
    `person: ${config.person.id}`,
    f.dateTimeSeconds(Date.now()),
  ].join("\n");
  return (
    <>
      <TopBar course={courseName(config.course)} />
      <main class="student-main" id="content" data-state="launch.role_unknown">
        <div class="notice-head">
          <span class="disc neutral">
            <Icon name="users" size={20} />
          </span>
          <h1>{words.title}</h1>
        </div>
        <p class="card-text">{words.body}</p>
        <div class="actions">
          <CopyButton kind="default" text={details} label={actions.copyDetails} />
        </div>
      </main>
    </>
  );
}
