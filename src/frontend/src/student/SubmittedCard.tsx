// After Submit: the receipt's news, what may still change, the grade.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { PlayerPane } from "../player/PlayerPane";
import { Button } from "../ui/Button";
import { useHelp } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { StateCard } from "../ui/StateCard";
import * as en from "../words/en";
import * as f from "../words/format";
import { type CardProps, Reference, VideoTruths } from "./parts";

const { actions, states, student } = en;

export function SubmittedCard(props: CardProps) {
  const { state, known, choose, ask, over } = props;
  const [watching, setWatching] = useState(false);
  const openHelp = useHelp();
  const { work, grade } = known;
  const { submission, can } = work;
  if (!submission) return null;
  const { video, submitted_at, late } = submission;
  const watch = video.status === "ready" && (
    <Button icon={watching ? undefined : "play"} onPress={() => setWatching(!watching)}>
      {watching ? actions.hide : actions.watch}
    </Button>
  );
  const player = watching && video.status === "ready" && <PlayerPane videoId={video.id} title={video.filename} />;
  const replace = can.upload && (
    <Button icon="refresh" onPress={choose}>
      {actions.replace}
    </Button>
  );
  switch (state) {
    case "fb.ready":
      return grade && <GradeCard {...props} watch={watch} player={player} />;
    case "video.deleted":
      return (
        <>
          <StateCard
            state={state}
            icon="trash"
            words={states["video.deleted"](video.deleted_at, video.deleted_reason)}
            evidence={<VideoTruths video={video} known={known} />}
          />
          {grade && <GradeText {...props} />}
        </>
      );
    case "vid.failed_after_submit":
      return (
        <StateCard
          state={state}
          drop={can.upload && over}
          over={over}
          icon="alert"
          tone="bad"
          words={states["vid.failed_after_submit"](late, can.upload)}
          evidence={<VideoTruths video={video} known={known} />}
          actions={
            <>
              {can.upload && (
                <Button kind="primary" icon="upload" onPress={choose}>
                  {actions.uploadAgain}
                </Button>
              )}
              <Button kind="quiet" onPress={() => openHelp("export")}>
                {actions.howExport}
              </Button>
            </>
          }
          foot={<Reference value={submission.receipt} />}
        />
      );
    default:
      return (
        <StateCard
          state={state}
          drop={can.upload && over}
          over={over}
          icon="ok"
          tone="good"
          words={
            state === "home.locked"
              ? states["home.locked"](submitted_at, late)
              : states["home.submitted"](submitted_at, late, work.assignment.due_at, can.upload)
          }
          evidence={
            <>
              <VideoTruths video={video} known={known} />
              {player}
            </>
          }
          actions={
            <>
              {watch}
              {replace}
              {can.withdraw && (
                <Button kind="quiet" onPress={() => ask("withdraw")}>
                  {actions.withdraw}
                </Button>
              )}
            </>
          }
        />
      );
  }
}

type GradeProps = CardProps & { watch: ComponentChildren; player: ComponentChildren };

function GradeCard({ state, known, config, watch, player }: GradeProps) {
  const { grade } = known;
  if (!grade) return null;
  const words = states["fb.ready"](grade.points, grade.points_max);
  const sent = grade.delivery.status === "sent";
  return (
    <StateCard
      state={state}
      words={words}
      head={
        <p class="grade-head">
          {grade.points === null ? (
            <span class="grade-words">{words.title}</span>
          ) : (
            <span>
              <span class="progress-percent">{f.points(grade.points)}</span> of {f.points(grade.points_max)}
            </span>
          )}
          {grade.delivery.status !== "none" && (
            <span class={sent ? "sync good" : "sync"}>
              <Icon name={sent ? "check" : "sync"} />
              {sent ? student.gradebook.sent : student.gradebook.soon(config.platform.name)}
            </span>
          )}
        </p>
      }
      evidence={
        <>
          {grade.comment && <blockquote class="comment">{grade.comment}</blockquote>}
          {player}
        </>
      }
      actions={watch}
    />
  );
}

/** The grade below a card that has other news. */
function GradeText({ known }: CardProps) {
  const { grade } = known;
  if (!grade) return null;
  return (
    <section class="card card-body">
      <h2>{states["fb.ready"](grade.points, grade.points_max).title}</h2>
      {grade.comment && <blockquote class="comment">{grade.comment}</blockquote>}
    </section>
  );
}
