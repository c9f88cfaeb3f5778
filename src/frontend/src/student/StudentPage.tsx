import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { courseName, type PageConfig } from "../config";
import { Playbacks } from "../player/playback";
import { announce } from "../ui/Announcer";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { Chip, StateMark, submissionState, videoState } from "../ui/Chip";
import { TopBar, useNow, useOnline } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { StateCard } from "../ui/StateCard";
import * as en from "../words/en";
import * as f from "../words/format";
import { Desk } from "./desk";
import { Facts } from "./Facts";
import { HomeCard, PickCard } from "./HomeCard";
import type { CardProps, Question } from "./parts";
import { CancelQuestion, SubmitQuestion, WithdrawQuestion } from "./questions";
import { Receipt } from "./Receipt";
import { SubmitCard } from "./SubmitCard";
import { SubmittedCard } from "./SubmittedCard";
import { draftOf, type Known, type StateId, shownVideo, situation } from "./situation";
import { UploadCard } from "./UploadCard";
import { useFileDrop } from "./useFileDrop";
import { VideoCard } from "./VideoCard";

export function StudentPage({ client, config }: { client: Client; config: PageConfig }) {
  const desk = useMemo(() => new Desk(client, config.assignment.id), [client, config]);
  const [, redraw] = useState(0);
  const [question, setQuestion] = useState<Question | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const online = useOnline();
  const now = useNow(desk.state.transfer?.nextTryAt ? 1_000 : 10_000);
  useEffect(() => {
    const stop = desk.subscribe(() => redraw((n) => n + 1));
    void desk.load();
    return () => {
      stop();
      desk.close();
    };
  }, [desk]);
  const over = useFileDrop((files) => void desk.choose(files));
  const choose = () => input.current?.click();

  const { work, loadProblem, pick, ...rest } = desk.state;
  return (
    <Playbacks.Provider value={client.playback}>
      <TopBar course={courseName(config.course)} />
      <main class="student-main" id="content">
        {work ? (
          <Home known={{ ...rest, work, now }} {...{ desk, pick, config, choose, over, online }} ask={setQuestion} />
        ) : (
          <>
            <h1 class="hidden">{courseName(config.course) || en.chrome.product}</h1>
            {loadProblem ? (
              <Down desk={desk} problem={loadProblem} config={config} />
            ) : (
              <p role="status">{en.chrome.loading}</p>
            )}
          </>
        )}
      </main>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-hidden="true"
        aria-label={en.actions.chooseFile}
        accept={["video/*", ...(work?.assignment.accepted_extensions ?? [])].join(",")}
        onChange={(event) => {
          const files = Array.from(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
          void desk.choose(files);
        }}
      />
      {work && question && (
        <Ask question={question} known={{ ...rest, work, now }} desk={desk} onClose={() => setQuestion(null)} />
      )}
    </Playbacks.Provider>
  );
}

function Ask({ question, ...props }: { question: Question; known: Known; desk: Desk; onClose: () => void }) {
  if (question === "submit") return <SubmitQuestion {...props} />;
  return question === "withdraw" ? <WithdrawQuestion {...props} /> : <CancelQuestion {...props} />;
}

function Down({
  desk,
  problem,
  config,
}: {
  desk: Desk;
  problem: NonNullable<Desk["state"]["loadProblem"]>;
  config: PageConfig;
}) {
  const ended = problem.status === 401;
  const words = ended
    ? en.states["up.session_over"](config.platform.name)
    : problem.retryable
      ? en.states["launch.down"]()
      : en.states["launch.refused"](problem.title, problem.detail);
  return (
    <StateCard
      state={ended ? "up.session_over" : problem.retryable ? "launch.down" : "launch.refused"}
      icon={ended ? "clock" : "alert"}
      tone="warn"
      words={words}
      actions={
        ended ? (
          <OpenAgain config={config} />
        ) : (
          <Button kind="primary" icon="refresh" onPress={() => void desk.load()}>
            {en.actions.tryNow}
          </Button>
        )
      }
      foot={problem.ref && <code>{problem.ref}</code>}
    />
  );
}

function OpenAgain({ config }: { config: PageConfig }) {
  const { return_url, name } = config.platform;
  if (!return_url) return null;
  return (
    <a class="button primary" href={return_url} target="_top">
      <Icon name="ext" />
      <span>{en.actions.openIn(name)}</span>
    </a>
  );
}

type HomeProps = Omit<CardProps, "state"> & { online: boolean };

function Home({ online, ...props }: HomeProps) {
  const { known, config } = props;
  const { work, grade, transfer, mirror } = known;
  const { assignment, submission } = work;
  const state = situation(known);
  const draft = draftOf(work);
  const running = transfer ?? mirror;
  const percent = running
    ? f.wholePercent(running.safeBytes, running.totalBytes)
    : known.upload
      ? f.wholePercent(known.upload.offset_bytes, known.upload.size_bytes)
      : null;
  const sending = running && running.state !== "link_ended";
  const video = sending ? { status: "uploading" as const } : shownVideo(work);
  const hasDraft = draft !== null && ["processing", "ready"].includes(draft.status);
  useEffect(() => {
    const urgent = state === "submit.done";
    if (urgent)
      announce(en.states["submit.done"](submission?.submitted_at ?? new Date().toISOString()).title, { urgent });
  }, [state, submission?.submitted_at]);

  return (
    <>
      <header class="page-head">
        <h1>{assignment.title}</h1>
        {grade && state === "fb.ready" ? <GradedLine known={known} /> : <DueLine known={known} />}
        <p class="chips">
          <Chip
            name={en.chips.submission}
            state={submissionState(submission, grade !== null, hasDraft && !submission)}
          />
          <Chip name={en.chips.video} state={videoState(video, percent)} />
        </p>
      </header>
      {config.test_user && <Banner tone="neutral" icon="users" words={{ title: en.student.testUser }} />}
      {!online && !transfer && (
        <Banner tone="warn" icon="offline" state="home.offline" words={en.states["home.offline"]()} />
      )}
      {submission && draft && state !== "submit.done" && (
        <p class="stays">
          <Icon name="ok" />
          {en.student.stays(submission.attempt)}
        </p>
      )}
      <Card state={state} {...props} />
      {submission && !transfer && <Receipt submission={submission} assignment={assignment.title} />}
      {work.attempts.length > 0 && <Attempts known={known} />}
      {assignment.instructions && (
        <section class="instructions">
          <h2>{en.student.instructions}</h2>
          <p dir="auto">{assignment.instructions}</p>
        </section>
      )}
      <Facts work={work} />
    </>
  );
}

const PICKING: ReadonlySet<StateId> = new Set<StateId>([
  "check.no_audio",
  "up.file_changed",
  "up.starting",
  "up.busy",
  "up.quota",
  "up.refused",
  "up.cancelled",
]);
const SUBMITTED: ReadonlySet<StateId> = new Set<StateId>([
  "home.submitted",
  "home.locked",
  "fb.ready",
  "video.deleted",
  "vid.failed_after_submit",
]);

function Card(props: CardProps) {
  const { state, config } = props;
  if (state === "up.session_over") {
    return (
      <StateCard
        state={state}
        icon="clock"
        tone="warn"
        words={en.states["up.session_over"](config.platform.name)}
        actions={<OpenAgain config={config} />}
      />
    );
  }
  if (state.startsWith("pick.") || PICKING.has(state)) return <PickCard {...props} />;
  if (state.startsWith("up.")) return <UploadCard {...props} />;
  if (state.startsWith("submit.") || state.startsWith("withdraw.")) return <SubmitCard {...props} />;
  if (SUBMITTED.has(state)) return <SubmittedCard {...props} />;
  if (state.startsWith("vid.") || state === "home.draft" || state === "preview.ready") return <VideoCard {...props} />;
  return <HomeCard {...props} />;
}

function DueLine({ known }: { known: Known }) {
  const { due_at } = known.work.assignment;
  if (!due_at) return null;
  const { main, relative } = en.student.due(due_at, known.now);
  const late = known.work.is_late_now && !known.work.submission;
  return (
    <p class={late ? "due late" : "due"}>
      <Icon name="clock" />
      <span>
        <strong>{main}</strong> — {relative}
      </span>
    </p>
  );
}

function GradedLine({ known }: { known: Known }) {
  const { grade } = known;
  if (!grade) return null;
  return (
    <p class="due">
      <Icon name="clock" />
      <span>
        <strong>{en.student.graded(grade.graded_at)}</strong>{" "}
        {grade.graded_by.name && en.student.gradedBy(grade.graded_by.name)}
      </span>
    </p>
  );
}

function Attempts({ known }: { known: Known }) {
  const { attempts } = known.work;
  return (
    <section class="attempts">
      <h2>{en.student.attempts}</h2>
      <ul>
        {attempts.map((attempt) => (
          <li key={attempt.id}>
            <strong>{en.student.attempt(attempt.attempt)}</strong>
            <span>{f.timeNear(attempt.submitted_at, known.now)}</span>
            {attempt.status === "submitted" ? (
              <StateMark state={{ ...submissionState(attempt, known.grade !== null, false), normal: false }} />
            ) : (
              <span class="help-text">{en.student.attemptStatus[attempt.status]}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
