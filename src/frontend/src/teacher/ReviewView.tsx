import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import type { Grade, Queue, QueueItem, Submission } from "../api/wire";
import type { PageConfig } from "../config";
import { playKey } from "../player/controls";
import { announce } from "../ui/Announcer";
import { Banner } from "../ui/Banner";
import { Button, IconButton } from "../ui/Button";
import { Chip, submissionState, videoState } from "../ui/Chip";
import { useNow } from "../ui/Frame";
import { useFocusOnChange } from "../ui/StateCard";
import { actions } from "../words/en";
import * as f from "../words/format";
import * as words from "../words/teacher";
import { GradeBar } from "./GradeBar";
import { type GradeForm, useGradeForm } from "./gradeForm";
import { ReviewPane } from "./ReviewPane";
import { ReviewStage } from "./ReviewStage";
import { KeysDialog, useShortcuts } from "./shortcuts";

interface ReviewViewProps {
  client: Client;
  config: PageConfig;
  item: QueueItem;
  people: string[];
  queue: Queue;
  online: boolean;
  onDirty: (dirty: boolean) => void;
  onSaved: (grade: Grade) => void;
  /** Another person of the list, or null for the queue; `saved` = nothing is lost by going. */
  go: (personId: string | null, saved: boolean) => void;
}

const { review, states } = words;

/** One person's submission. The attempt that was opened stays until the teacher switches. */
export function ReviewView(props: ReviewViewProps) {
  const latest = props.item.submission;
  const [opened, setOpened] = useState(latest);
  if (!opened || !latest) return null;
  const submission = opened.id === latest.id ? latest : opened;
  return (
    <Review
      {...props}
      key={submission.id}
      submission={submission}
      newer={opened.id === latest.id ? null : latest}
      switchTo={setOpened}
    />
  );
}

interface ReviewProps extends ReviewViewProps {
  submission: Submission;
  newer: Submission | null;
  switchTo: (submission: Submission) => void;
}

function Review(props: ReviewProps) {
  const { client, config, item, people, queue, submission, onDirty, onSaved, go } = props;
  const { assignment } = queue;
  const now = useNow(15_000);
  const video = useRef<HTMLVideoElement>(null);
  const points = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const heading = useFocusOnMount();
  const known = item.grade?.submission_id === submission.id ? item.grade : null;
  const form = useGradeForm(client, submission.id, known, assignment.points_max, onSaved);
  const mayGrade = config.role !== "observer";

  useEffect(() => onDirty(form.dirty), [form.dirty, onDirty]);
  useEffect(() => () => onDirty(false), [onDirty]);
  useEffect(() => {
    if (!form.dirty) return;
    const hold = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", hold);
    return () => window.removeEventListener("beforeunload", hold);
  }, [form.dirty]);

  const at = people.indexOf(item.person.id);
  const neighbour = (step: number) => people[at + step] ?? null;
  const save = async (andNext: boolean) => {
    const saved = !form.dirty && form.saved ? true : await form.save();
    if (!saved) return points.current?.focus();
    announce(review.savedAt(new Date().toISOString(), Date.now()));
    if (andNext) go(neighbour(1), true);
  };
  useShortcuts((event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && mayGrade) {
      void save(true);
      return true;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "g") points.current?.focus();
    else if (event.key === "?") setHelp(true);
    else if (event.key === "Escape") go(null, false);
    else return video.current !== null && playKey(video.current, event);
    return true;
  });

  return (
    <main class="review" id="content" data-state={form.conflict ? "t.review.other_grader" : "t.review"}>
      <header class="review-bar">
        <IconButton icon="back" label={review.backToQueue} onPress={() => go(null, false)} />
        <IconButton
          icon="left"
          label={review.previous}
          disabled={neighbour(-1) === null}
          onPress={() => go(neighbour(-1), false)}
        />
        <IconButton
          icon="right"
          label={review.next}
          disabled={neighbour(1) === null}
          onPress={() => go(neighbour(1), false)}
        />
        <h1 tabIndex={-1} ref={heading}>
          <bdi>{item.person.name ?? words.queue.unnamed}</bdi>
        </h1>
        <span class="help-text">{review.position(at + 1, people.length)}</span>
        <span class="review-facts">
          <Chip name={words.queue.columns.submission} state={submissionState(submission, form.saved !== null, false)} />
          <Chip name={words.queue.columns.video} state={videoState(submission.video, null)} />
          <span class="help-text">{review.onTime(submission.submitted_at, submission.late)}</span>
        </span>
      </header>
      <Notices {...props} form={form} now={now} />
      <div class="review-body">
        <div class="review-stage">
          <ReviewStage submission={submission} videoRef={video} now={now} onNext={() => go(neighbour(1), false)} />
          <p class="key-hints">
            <span>
              <kbd>K</kbd> {words.keys.hints.play}
            </span>
            <span>
              <kbd>J</kbd> <kbd>L</kbd> {words.keys.hints.skip}
            </span>
            <span>
              <kbd>G</kbd> {words.keys.hints.grade}
            </span>
            <button type="button" class="key-help" onClick={() => setHelp(true)}>
              <kbd>?</kbd> {review.allKeys}
            </button>
          </p>
        </div>
        <ReviewPane submission={submission} attempts={item.attempts} form={form} mayGrade={mayGrade} />
      </div>
      {mayGrade && (
        <GradeBar
          form={form}
          most={assignment.points_max}
          platform={config.platform.name}
          now={now}
          pointsRef={points}
          save={save}
        />
      )}
      {help && <KeysDialog page="review" onClose={() => setHelp(false)} />}
    </main>
  );
}

function Notices({ form, online, newer, switchTo, now }: ReviewProps & { form: GradeForm; now: number }) {
  const [comparing, setComparing] = useState(false);
  const { conflict, problem } = form;
  return (
    <div class="notices">
      {!online && <Banner tone="warn" icon="offline" state="t.review.offline" words={states["t.review.offline"]()} />}
      {newer && (
        <Banner
          tone="accent"
          icon="refresh"
          state="t.review.new_attempt"
          words={states["t.review.new_attempt"](newer.submitted_at)}
        >
          <Button onPress={() => switchTo(newer)}>{review.switchAttempt}</Button>
        </Banner>
      )}
      {conflict && (
        <>
          <Banner
            tone="warn"
            icon="users"
            urgent
            state="t.review.other_grader"
            words={states["t.review.other_grader"](conflict.graded_by.name, conflict.graded_at, conflict.points, now)}
          >
            <Button onPress={() => setComparing(!comparing)}>{review.compare}</Button>
            <Button onPress={() => void form.save(conflict)}>{review.overwrite}</Button>
            <Button kind="quiet" onPress={form.discard}>
              {review.discard}
            </Button>
          </Banner>
          {comparing && <Comparison form={form} theirs={conflict} />}
        </>
      )}
      {problem && (
        <Banner tone="bad" icon="stop" urgent words={states["t.grade.failed"](problem.title, problem.detail)}>
          <Button onPress={() => void form.save()}>{actions.tryAgain}</Button>
        </Banner>
      )}
    </div>
  );
}

function Comparison({ form, theirs }: { form: GradeForm; theirs: Grade }) {
  const columns = [
    { name: review.yours, points: form.draft.points || review.noPoints, comment: form.draft.comment },
    {
      name: review.theirs(theirs.graded_by.name),
      points: theirs.points === null ? review.noPoints : f.points(theirs.points),
      comment: theirs.comment,
    },
  ];
  return (
    <div class="comparison">
      {columns.map(({ name, points, comment }) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          <p class="comparison-points">{points}</p>
          <p class="prose">{comment || review.noComment}</p>
        </section>
      ))}
    </div>
  );
}

/** A new student is news: focus goes to the name. */
function useFocusOnMount() {
  const heading = useFocusOnChange("");
  useEffect(() => heading.current?.focus(), [heading]);
  return heading;
}
