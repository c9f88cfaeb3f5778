// The moments around Submit and Withdraw.
import { Button } from "../ui/Button";
import { StateCard } from "../ui/StateCard";
import * as en from "../words/en";
import { type CardProps, Reference, VideoTruths } from "./parts";

const { actions, states } = en;

export function SubmitCard({ state, known, desk }: CardProps) {
  const { doing } = known;
  const back = (kind: "primary" | "quiet" = "quiet") => (
    <Button kind={kind} onPress={() => desk.dismiss()}>
      {actions.back}
    </Button>
  );
  switch (doing.kind) {
    case "submitting":
      return <StateCard state={state} icon="half" tone="accent" words={states["submit.pending"]()} />;
    case "submit_unknown":
      return (
        <StateCard
          state={state}
          icon="clock"
          tone="warn"
          words={states["submit.unknown"]()}
          actions={
            <>
              <Button kind="primary" icon="refresh" onPress={() => void desk.submit()}>
                {actions.checkAgain}
              </Button>
              {back()}
            </>
          }
        />
      );
    case "submit_refused":
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="bad"
          words={states["submit.refused"](doing.problem.title, doing.problem.detail)}
          actions={
            <>
              {doing.problem.retryable && (
                <Button kind="primary" icon="refresh" onPress={() => void desk.submit()}>
                  {actions.tryAgain}
                </Button>
              )}
              {back()}
            </>
          }
          foot={doing.problem.ref && <Reference value={doing.problem.ref} />}
        />
      );
    case "submitted":
      return (
        <StateCard
          state={state}
          icon="ok"
          tone="good"
          words={states["submit.done"](doing.submission.submitted_at)}
          evidence={<VideoTruths video={doing.submission.video} known={known} />}
          actions={
            <Button kind="primary" onPress={() => desk.dismiss()}>
              {actions.done}
            </Button>
          }
        />
      );
    case "withdraw_refused":
      return (
        <StateCard
          state={state}
          icon="alert"
          tone="warn"
          words={states["withdraw.closed"]()}
          actions={back("primary")}
        />
      );
    default:
      return <StateCard state={state} icon="ok" words={states["withdraw.ok"]()} actions={back("primary")} />;
  }
}
