import { useId, useState } from "preact/hooks";
import type { Submission } from "../api/wire";
import * as f from "../words/format";
import { review } from "../words/teacher";
import type { GradeForm } from "./gradeForm";
import { Tabs } from "./Tabs";

type Pane = "feedback" | "attempts" | "info";

interface ReviewPaneProps {
  submission: Submission;
  attempts: readonly Submission[];
  form: GradeForm;
  mayGrade: boolean;
}

/** Beside the player: the comment, the attempts, the facts. */
export function ReviewPane({ submission, attempts, form, mayGrade }: ReviewPaneProps) {
  const [pane, setPane] = useState<Pane>("feedback");
  const id = useId();
  return (
    <div class="review-pane">
      <Tabs
        label={review.tabsLabel}
        current={pane}
        onChange={setPane}
        tabs={[
          { id: "feedback", label: review.tabs.feedback },
          { id: "attempts", label: review.tabs.attempts, count: attempts.length },
          { id: "info", label: review.tabs.info },
        ]}
      >
        {pane === "feedback" && (
          <div class="field">
            <label for={id}>{review.comment}</label>
            <textarea
              id={id}
              class="input comment-input"
              dir="auto"
              value={form.draft.comment}
              readOnly={!mayGrade}
              aria-describedby={`${id}-help`}
              onInput={(event) => form.edit({ comment: event.currentTarget.value })}
            />
            <p class="field-help" id={`${id}-help`}>
              {review.commentHelp}
            </p>
            {form.saved && (
              <p class="field-help">
                {review.info.gradedBy} {form.saved.graded_by.name}, {f.shortDateTime(form.saved.graded_at)}
              </p>
            )}
          </div>
        )}
        {pane === "attempts" && <Attempts attempts={attempts} shown={submission} />}
        {pane === "info" && <Info submission={submission} />}
      </Tabs>
    </div>
  );
}

function Attempts({ attempts, shown }: { attempts: readonly Submission[]; shown: Submission }) {
  return (
    <ul class="attempt-list">
      {attempts.map((attempt) => (
        <li key={attempt.id} aria-current={attempt.id === shown.id ? "true" : undefined}>
          <p>
            <strong>{review.attempt(attempt.attempt)}</strong> {review.attemptStatus[attempt.status]}
          </p>
          <p class="field-help">{review.onTime(attempt.submitted_at, attempt.late)}</p>
          <p class="field-help">
            <bdi>{attempt.video.filename}</bdi>, {f.bytes(attempt.video.size_bytes)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Info({ submission }: { submission: Submission }) {
  const { video, intent_at, submitted_at, receipt } = submission;
  const { info } = review;
  const rows: [string, string | null][] = [
    [info.file, video.filename],
    [info.size, f.bytes(video.size_bytes)],
    [info.length, video.duration_seconds === null ? null : f.length(video.duration_seconds)],
    [info.picture, video.width && video.height ? `${video.width} × ${video.height}` : null],
    [info.started, f.dateTimeSeconds(intent_at)],
    [info.uploaded, video.uploaded_at && f.dateTimeSeconds(video.uploaded_at)],
    [info.playable, video.ready_at && f.dateTimeSeconds(video.ready_at)],
    [info.submitted, f.dateTimeSeconds(submitted_at)],
    [info.deleted, video.delete_at && f.date(video.delete_at)],
    [info.receipt, receipt],
  ];
  return (
    <dl class="info">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{name === info.receipt ? <code>{value}</code> : <bdi>{value}</bdi>}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
