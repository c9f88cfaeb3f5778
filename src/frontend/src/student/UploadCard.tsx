// While bytes move, wait or stopped moving: always how much is safe, and what to do.
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../ui/Announcer";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { StateCard } from "../ui/StateCard";
import { ThreeTruths } from "../ui/ThreeTruths";
import { Track } from "../ui/Track";
import { forecast } from "../upload/speed";
import type { TransferView } from "../upload/transfer";
import * as en from "../words/en";
import * as f from "../words/format";
import { type CardProps, FileRow } from "./parts";

const { actions, states, student, truths } = en;

export function UploadCard(props: CardProps) {
  const { state, known, desk, config, ask, choose, pick } = props;
  const view = known.transfer ?? known.mirror;
  useSpokenProgress(view);
  if (!view) return null;
  const { safeBytes, totalBytes } = view;
  const cancel = (
    <Button kind="quiet" onPress={() => ask("cancel")}>
      {actions.cancelUpload}
    </Button>
  );
  const tryNow = (
    <Button kind="primary" icon="refresh" onPress={desk.tryNow}>
      {actions.tryNow}
    </Button>
  );
  switch (state) {
    case "up.paused":
      return (
        <StateCard
          state={state}
          icon="pause"
          tone="warn"
          words={states["up.paused"](safeBytes, totalBytes, known.upload?.expires_at ?? null)}
          evidence={<Held view={view} tone="held" />}
          actions={
            <>
              <Button kind="primary" icon="play" onPress={desk.resume}>
                {actions.resume}
              </Button>
              {cancel}
            </>
          }
        />
      );
    case "up.offline":
      return (
        <StateCard
          state={state}
          icon="offline"
          tone="warn"
          words={states["up.offline"](safeBytes, totalBytes)}
          evidence={<Held view={view} tone="held" />}
          actions={
            <>
              {tryNow}
              {cancel}
            </>
          }
          foot={view.lostAt !== null && <p>{student.lost(view.lostAt)}</p>}
        />
      );
    case "up.retrying":
      return (
        <StateCard
          state={state}
          icon="refresh"
          tone="warn"
          words={states["up.retrying"](safeBytes, view.tries, view.maxTries)}
          evidence={<Held view={view} tone="held" />}
          actions={
            <>
              {tryNow}
              {cancel}
            </>
          }
          foot={view.nextTryAt !== null && <p>{nextTry(view, known.now)}</p>}
        />
      );
    case "up.stopped":
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="bad"
          words={states["up.stopped"](safeBytes, totalBytes)}
          evidence={<Held view={view} tone="stopped" />}
          actions={
            <>
              <Button kind="primary" icon="refresh" onPress={desk.tryNow}>
                {actions.tryAgain}
              </Button>
              {cancel}
            </>
          }
          foot={view.reason && <p class="reference">{view.reason}</p>}
        />
      );
    case "up.link_expired":
      return (
        <StateCard
          state={state}
          icon="clock"
          tone="bad"
          words={states["up.link_expired"]()}
          evidence={<Held view={view} tone="stopped" />}
          actions={
            <>
              <Button kind="primary" icon="upload" onPress={() => (pick ? void desk.start(pick) : choose())}>
                {actions.startAgain}
              </Button>
              {cancel}
            </>
          }
        />
      );
    case "up.unreadable":
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="bad"
          words={states["up.unreadable"](view.filename, safeBytes)}
          evidence={<Held view={view} tone="stopped" />}
          actions={
            <>
              <Button kind="primary" icon="upload" onPress={choose}>
                {actions.chooseFile}
              </Button>
              {cancel}
            </>
          }
        />
      );
    case "up.other_tab":
      return (
        <StateCard
          state={state}
          icon="copy"
          tone="accent"
          words={states["up.other_tab"]()}
          evidence={<Held view={view} tone={view.state === "sending" ? "moving" : "held"} />}
          actions={<Button onPress={() => desk.takeOver()}>{actions.useThisTab}</Button>}
        />
      );
    default:
      return (
        <StateCard
          state={state}
          words={states["up.active"](safeBytes, totalBytes)}
          head={<Moving {...props} view={view} />}
          evidence={
            <ThreeTruths
              facts={[
                { mark: "running", name: truths.uploading, detail: truths.keepOpen },
                { mark: "waiting", name: truths.playable, detail: truths.afterUpload },
                { mark: "waiting", name: truths.submitted, detail: truths.youPress },
              ]}
            />
          }
          actions={
            <>
              <Button icon="pause" onPress={desk.pause}>
                {actions.pause}
              </Button>
              {cancel}
            </>
          }
          foot={state === "up.session_expired" ? <SessionNote config={config} /> : <Forecast {...props} view={view} />}
        />
      );
  }
}

function Moving({ view, pick }: CardProps & { view: TransferView }) {
  const { safeBytes, totalBytes, inFlightBytes, bytesPerSecond } = view;
  const facts = [
    f.bytes(totalBytes),
    pick?.durationSeconds ? f.length(pick.durationSeconds) : null,
    pick?.hasSound ? student.sound.yes : pick?.hasSound === false ? student.sound.no : null,
  ];
  return (
    <>
      <FileRow
        file={pick?.file}
        name={view.filename}
        detail={facts.filter(Boolean).join(" · ")}
        seconds={pick?.durationSeconds ?? null}
      />
      <div>
        <p class="progress-head">
          <span class="progress-percent">{f.percent(safeBytes, totalBytes)}</span>
          <span>{student.timeLeft(view.secondsLeft)}</span>
        </p>
        <Track
          total={totalBytes}
          safe={safeBytes}
          inFlight={inFlightBytes}
          label={truths.uploading}
          valueText={`${f.percent(safeBytes, totalBytes)}, ${student.safe(safeBytes, totalBytes)}`}
        />
        <p class="progress-foot">
          <span>{student.safe(safeBytes, totalBytes)}</span>
          <span>{bytesPerSecond ? f.speed(bytesPerSecond) : ""}</span>
        </p>
      </div>
    </>
  );
}

function Held({ view, tone }: { view: TransferView; tone: "moving" | "held" | "stopped" }) {
  const { safeBytes, totalBytes, filename } = view;
  return (
    <div>
      <Track
        total={totalBytes}
        safe={safeBytes}
        inFlight={tone === "moving" ? view.inFlightBytes : 0}
        tone={tone}
        label={truths.uploading}
        valueText={`${f.percent(safeBytes, totalBytes)}, ${truths.held}`}
      />
      <p class="progress-foot">
        <bdi>{filename}</bdi>
        <span>{f.bytesOf(safeBytes, totalBytes)}</span>
      </p>
    </div>
  );
}

function Forecast({ view, known }: CardProps & { view: TransferView }) {
  const { due_at, closes_at, grace_minutes } = known.work.assignment;
  // An upload that began after the due time is late already; its finish is only compared with the closing time.
  const dueAt = known.work.is_late_now ? null : due_at;
  const graceMs = grace_minutes * 60_000;
  const finish = forecast(known.now, view.secondsLeft, { dueAt, closesAt: closes_at, graceMs });
  if (!finish) return null;
  const { tone, finishesAt } = finish;
  const due = dueAt ?? "";
  const words = {
    on_time: () => (dueAt ? student.forecast.on_time(finishesAt, due) : student.forecast.on_time_no_due(finishesAt)),
    in_grace: () => student.forecast.in_grace(finishesAt, Date.parse(due) + graceMs),
    late: () => student.forecast.late(finishesAt, due),
    after_closing: () => student.forecast.after_closing(finishesAt, closes_at ?? ""),
  };
  const tones = { on_time: "good", in_grace: "warn", late: "warn", after_closing: "bad" } as const;
  return (
    <p class={`forecast ${tones[tone]}`}>
      <Icon name="clock" />
      {words[tone]()}
    </p>
  );
}

function SessionNote({ config }: Pick<CardProps, "config">) {
  const { title, body } = states["up.session_expired"](config.platform.name);
  return (
    <p class="forecast warn">
      <Icon name="alert" />
      <span>
        <strong>{title}.</strong> {body}
      </span>
    </p>
  );
}

function nextTry(view: TransferView, now: number): string {
  const seconds = Math.max(0, Math.ceil(((view.nextTryAt ?? now) - now) / 1000));
  return student.nextTry(seconds, view.lostAt);
}

const SPEAK_EVERY_MS = 60_000;
const SPEAK_EVERY_PERCENT = 10;

/** Says the progress politely, every 10 % or every minute, whichever comes first. */
function useSpokenProgress(view: TransferView | null): void {
  const said = useRef({ at: Date.now(), percent: 0 });
  useEffect(() => {
    if (view?.state !== "sending") return;
    const percent = f.wholePercent(view.safeBytes, view.totalBytes);
    const { current } = said;
    const far = percent - current.percent >= SPEAK_EVERY_PERCENT;
    const long = percent > current.percent && Date.now() - current.at >= SPEAK_EVERY_MS;
    if (!far && !long) return;
    said.current = { at: Date.now(), percent };
    announce(`${f.percent(view.safeBytes, view.totalBytes)}, ${student.timeLeft(view.secondsLeft)}`);
  }, [view]);
}
