// Once the bytes are there: processing, damaged, to be watched, to be submitted.
import type { Video } from "../api/wire";
import { PlayerPane } from "../player/PlayerPane";
import { Button } from "../ui/Button";
import { useHelp } from "../ui/Frame";
import { StateCard } from "../ui/StateCard";
import * as en from "../words/en";
import * as f from "../words/format";
import { type CardProps, FileRow, Reference, VideoTruths } from "./parts";
import { draftOf, shownVideo } from "./situation";

const { actions, states, student } = en;

export function VideoCard(props: CardProps) {
  const { state, known, desk, choose, ask, over } = props;
  const { work } = known;
  const video = shownVideo(work);
  const replaces = draftOf(work) !== null && work.submission !== null;
  if (state === "vid.verifying") {
    return <StateCard state={state} icon="half" tone="accent" words={states["vid.verifying"]()} />;
  }
  if (!video) return null;
  const evidence = (
    <>
      <VideoFile video={video} known={known} />
      <VideoTruths video={video} known={known} />
    </>
  );
  const replace = work.can.upload && (
    <Button icon="refresh" onPress={choose}>
      {actions.replace}
    </Button>
  );
  switch (state) {
    case "vid.uploaded":
      return (
        <StateCard
          state={state}
          drop={over}
          over={over}
          icon="check"
          tone="accent"
          words={states["vid.uploaded"](replaces)}
          evidence={evidence}
          actions={
            <>
              <Button kind="primary" onPress={() => ask("submit")}>
                {actions.reviewAndSubmit}
              </Button>
              {replace}
            </>
          }
        />
      );
    case "vid.slow":
      return (
        <StateCard
          state={state}
          icon="clock"
          tone="warn"
          words={states["vid.slow"](video.uploaded_at ?? video.intent_at)}
          evidence={evidence}
          actions={
            <>
              <Button kind="primary" onPress={() => ask("submit")}>
                {actions.submitAnyway}
              </Button>
              {replace}
            </>
          }
        />
      );
    case "home.draft":
      return (
        <StateCard
          state={state}
          icon="half"
          tone="warn"
          words={states["home.draft"](replaces)}
          evidence={evidence}
          actions={
            <>
              <Button kind="primary" onPress={desk.preview}>
                {actions.reviewAndSubmit}
              </Button>
              {replace}
            </>
          }
        />
      );
    case "preview.ready":
      return (
        <StateCard
          state={state}
          icon="play"
          tone="accent"
          words={states["preview.ready"]()}
          evidence={<PlayerPane videoId={video.id} title={video.filename} />}
          actions={
            <>
              <Button kind="primary" onPress={() => ask("submit")}>
                {actions.submit}
              </Button>
              {replace}
              <Button kind="quiet" onPress={() => desk.dismiss()}>
                {actions.back}
              </Button>
            </>
          }
          foot={
            video.progress_percent !== null && video.progress_percent < 100 ? <p>{student.higherQuality}</p> : undefined
          }
        />
      );
    default:
      return <FailedCard {...props} video={video} />;
  }
}

function VideoFile({ video, known }: { video: Video; known: CardProps["known"] }) {
  const detail = video.uploaded_at
    ? student.uploadedAt(video.uploaded_at, known.now, video.size_bytes)
    : f.bytes(video.size_bytes);
  return <FileRow name={video.filename} detail={detail} seconds={video.duration_seconds} />;
}

function FailedCard({ state, known, choose, over, video }: CardProps & { video: Video }) {
  const openHelp = useHelp();
  const { assignment, can } = known.work;
  const words = {
    "vid.failed.non_video": () => states["vid.failed.non_video"](),
    "vid.failed.malformed": () => states["vid.failed.malformed"](),
    "vid.failed.duration": () =>
      states["vid.failed.duration"](video.error_reason === "too_short", assignment.max_duration_seconds),
    "vid.expired": () => states["vid.expired"](),
  }[state as string];
  const other = state === "vid.failed.non_video" || state === "vid.failed.duration";
  return (
    <StateCard
      state={state}
      drop={can.upload && over}
      over={over}
      icon="alert"
      tone="bad"
      words={(words ?? states["vid.failed.unknown"])()}
      evidence={
        <>
          <FileRow name={video.filename} detail={f.bytes(video.size_bytes)} seconds={video.duration_seconds} />
          {state !== "vid.expired" && <VideoTruths video={video} known={known} />}
        </>
      }
      actions={
        can.upload && (
          <>
            <Button kind="primary" icon="upload" onPress={choose}>
              {other ? actions.chooseAnother : state === "vid.expired" ? actions.startAgain : actions.uploadAgain}
            </Button>
            {state === "vid.failed.malformed" && (
              <Button kind="quiet" onPress={() => openHelp("export")}>
                {actions.howExport}
              </Button>
            )}
          </>
        )
      }
      foot={<Reference value={video.id} />}
    />
  );
}
