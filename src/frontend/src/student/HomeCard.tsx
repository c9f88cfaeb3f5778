// Before a byte moves: the invitation, and what is wrong with a chosen file.
import { Button } from "../ui/Button";
import { useHelp } from "../ui/Frame";
import { StateCard } from "../ui/StateCard";
import { Track } from "../ui/Track";
import * as en from "../words/en";
import * as f from "../words/format";
import { type CardProps, FileRow, Reference, VideoTruths } from "./parts";
import { draftOf } from "./situation";

const { actions, states, student } = en;

export function HomeCard(props: CardProps) {
  const { state, known, choose, over } = props;
  const { work } = known;
  const { due_at, closes_at, opens_at } = work.assignment;
  switch (state) {
    case "home.empty":
    case "home.late_open": {
      const late = state === "home.late_open";
      return (
        <StateCard
          state={state}
          drop
          over={over}
          {...(late && { icon: "clock" as const, tone: "warn" as const })}
          words={late ? states["home.late_open"](closes_at) : states["home.empty"](due_at)}
          actions={
            <Button kind="primary" icon="upload" onPress={choose}>
              {actions.upload}
            </Button>
          }
          hint={<p class="drop-hint">{over ? student.dropNow : student.dropHint}</p>}
        />
      );
    }
    case "home.not_open":
      return <StateCard state={state} icon="calendar" words={states["home.not_open"](opens_at)} />;
    case "home.attempts_used":
      return <StateCard state={state} icon="lock" words={states["home.attempts_used"]()} />;
    case "home.closed_draft":
      return <ClosedDraft {...props} />;
    case "home.resume":
      return <Resume {...props} />;
    default:
      return <StateCard state={state} icon="lock" words={states["home.closed"](closes_at ?? due_at)} />;
  }
}

function ClosedDraft({ state, known }: CardProps) {
  const draft = draftOf(known.work);
  return (
    <StateCard
      state={state}
      icon="lock"
      tone="warn"
      words={states["home.closed_draft"](draft?.uploaded_at ?? null)}
      evidence={
        draft && (
          <>
            <FileRow name={draft.filename} detail={f.bytes(draft.size_bytes)} seconds={draft.duration_seconds} />
            <VideoTruths video={draft} known={known} />
          </>
        )
      }
    />
  );
}

function Resume({ state, known, choose, ask, over }: CardProps) {
  const { upload } = known;
  const draft = draftOf(known.work);
  const name = upload?.filename ?? draft?.filename ?? "";
  const total = upload?.size_bytes ?? draft?.size_bytes ?? 0;
  const offset = upload?.offset_bytes ?? 0;
  return (
    <StateCard
      state={state}
      drop
      over={over}
      icon="pause"
      tone="warn"
      words={states["home.resume"](name, offset, total)}
      evidence={
        <Track total={total} safe={offset} tone="held" label={en.chips.video} valueText={student.safe(offset, total)} />
      }
      actions={
        <>
          <Button kind="primary" icon="upload" onPress={choose}>
            {actions.chooseFile}
          </Button>
          <Button kind="quiet" onPress={() => ask("cancel")}>
            {actions.startOver}
          </Button>
        </>
      }
      hint={<p class="drop-hint">{over ? student.dropNow : student.dropHint}</p>}
    />
  );
}

/** pick.*, check.*, and an upload that never began. */
export function PickCard({ state, known, desk, choose, over }: CardProps) {
  const { doing } = known;
  const openHelp = useHelp();
  const another = (
    <Button kind="primary" icon="upload" onPress={choose}>
      {actions.chooseAnother}
    </Button>
  );
  const back = (
    <Button kind="quiet" onPress={() => desk.dismiss()}>
      {actions.back}
    </Button>
  );
  switch (doing.kind) {
    case "refused": {
      const advice = adviceFor(doing.refusal.id, "what" in doing.refusal ? doing.refusal.what : null);
      return (
        <StateCard
          state={state}
          drop={over}
          over={over}
          icon="alert"
          tone="bad"
          words={en.refusalWords(doing.refusal)}
          actions={
            <>
              {another}
              {advice && (
                <Button kind="quiet" onPress={() => openHelp(advice.section)}>
                  {advice.label}
                </Button>
              )}
              {back}
            </>
          }
        />
      );
    }
    case "no_audio": {
      const { pick } = doing;
      return (
        <StateCard
          state={state}
          icon="mic"
          tone="warn"
          words={states["check.no_audio"]()}
          evidence={<FileRow name={pick.file.name} detail={f.bytes(pick.file.size)} seconds={pick.durationSeconds} />}
          actions={
            <>
              <Button kind="primary" onPress={() => void desk.start(pick)}>
                {actions.keepIt}
              </Button>
              <Button onPress={choose}>{actions.chooseAnother}</Button>
            </>
          }
        />
      );
    }
    case "file_changed": {
      const { pick } = doing;
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="warn"
          words={states["up.file_changed"](pick.file.name)}
          actions={
            <>
              <Button kind="primary" icon="upload" onPress={choose}>
                {actions.chooseFile}
              </Button>
              <Button onPress={() => void desk.start(pick)}>{actions.startOverWith}</Button>
              {back}
            </>
          }
        />
      );
    }
    case "starting":
    case "checking":
      return (
        <StateCard
          state={state}
          icon="half"
          tone="accent"
          words={doing.kind === "checking" ? states["pick.checking"](doing.name) : states["up.starting"]()}
          actions={doing.kind === "starting" && <CancelStart desk={desk} />}
        />
      );
    case "busy":
      return (
        <StateCard
          state={state}
          icon="users"
          tone="warn"
          words={states["up.busy"](doing.nextTryAt, known.now)}
          actions={<CancelStart desk={desk} />}
        />
      );
    case "quota":
      return (
        <StateCard
          state={state}
          icon="lock"
          tone="warn"
          words={states["up.quota"](doing.at)}
          actions={another}
          foot={doing.problem.ref && <Reference value={doing.problem.ref} />}
        />
      );
    case "upload_refused":
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="bad"
          words={states["up.refused"](doing.problem.title, doing.problem.detail)}
          actions={
            <>
              {known.work.can.upload && another}
              {back}
            </>
          }
          foot={doing.problem.ref && <Reference value={doing.problem.ref} />}
        />
      );
    default:
      return (
        <StateCard
          state={state}
          icon="x"
          words={states["up.cancelled"]()}
          actions={
            <Button kind="primary" icon="upload" onPress={choose}>
              {actions.startAgain}
            </Button>
          }
        />
      );
  }
}

function CancelStart({ desk }: Pick<CardProps, "desk">) {
  return (
    <Button kind="quiet" onPress={() => desk.cancelStart()}>
      {actions.cancel}
    </Button>
  );
}

function adviceFor(id: string, what: string | null): { section: string; label: string } | null {
  if (id === "pick.too_large") return { section: "smaller", label: actions.howSmaller };
  if (id === "pick.wrong_type" && what === "wmv") return { section: "convert", label: actions.howConvert };
  return null;
}
