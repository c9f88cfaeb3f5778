import type { Submission } from "../api/wire";
import { Button } from "../ui/Button";
import { CopyButton } from "../ui/Frame";
import { actions, student } from "../words/en";
import * as f from "../words/format";

/** The sheet a student keeps: number, times, file. Prints black on white. */
export function Receipt({ submission, assignment }: { submission: Submission; assignment: string }) {
  const { receipt, submitted_at, intent_at, video, person, late } = submission;
  const length = video.duration_seconds === null ? "" : `, ${f.timecode(video.duration_seconds)}`;
  const facts: [string, string][] = [
    [student.receiptFacts.submitted, f.dateTimeSeconds(submitted_at)],
    [student.receiptFacts.file, `${video.filename}, ${f.bytes(video.size_bytes)}${length}`],
    [student.receiptFacts.started, f.dateTimeSeconds(intent_at)],
  ];
  if (person.name) facts.push([student.receiptFacts.by, person.name]);
  if (late) facts.push([student.receiptFacts.late, student.receiptLate]);
  const text = [`${student.receipt} ${receipt}`, assignment, ...facts.map(([name, value]) => `${name}: ${value}`)];
  return (
    <section class="receipt" aria-labelledby="receipt-title">
      <div class="film-holes" aria-hidden="true" />
      <div class="receipt-body">
        <h2 id="receipt-title" class="receipt-label">
          {student.receipt}
        </h2>
        <p class="receipt-number">{receipt}</p>
        <dl class="receipt-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
        <p class="help-text">{student.receiptHint}</p>
        <div class="actions">
          <Button icon="print" onPress={() => window.print()}>
            {actions.printReceipt}
          </Button>
          <CopyButton text={text.join("\n")} label={actions.copyReceipt} />
        </div>
      </div>
    </section>
  );
}
