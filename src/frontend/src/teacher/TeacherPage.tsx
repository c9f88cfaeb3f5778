import { useCallback, useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { asProblem, type Problem } from "../api/problems";
import type { Grade, Queue } from "../api/wire";
import type { PageConfig } from "../config";
import { Playbacks } from "../player/playback";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TopBar, useOnline } from "../ui/Frame";
import { StateCard } from "../ui/StateCard";
import * as en from "../words/en";
import * as words from "../words/teacher";
import { QueueView } from "./QueueView";
import { ReviewView } from "./ReviewView";
import { countsOf, type Tab } from "./roster";
import { SetupView } from "./SetupView";

type View =
  | { kind: "queue" }
  | { kind: "setup" }
  /** `people`: the order of the list it was opened from; it stays while grades move people out of that list. */
  | { kind: "review"; personId: string; people: string[] };

const POLL_MS = 15_000;
/** A saved grade is usually delivered by then. */
const AFTER_SAVE_MS = 2_500;

export function TeacherPage({ client, config }: { client: Client; config: PageConfig }) {
  const { queue, problem, refresh, replace } = useQueue(client, config.assignment.id);
  const [view, setView] = useState<View>({ kind: "queue" });
  const [tab, setTab] = useState<Tab>("to_grade");
  const [leaving, setLeaving] = useState<View | null>(null);
  const [dirty, setDirty] = useState(false);
  const online = useOnline();
  const toGrade = queue ? countsOf(queue.items).to_grade : 0;

  /** Changes the view, asking first when a grade is not saved. */
  const go = (next: View) => {
    if (dirty) setLeaving(next);
    else setView(next);
  };
  const item = view.kind === "review" ? queue?.items.find(({ person }) => person.id === view.personId) : undefined;

  return (
    <Playbacks.Provider value={client.playback}>
      <TopBar>
        <nav class="sections" aria-label={config.course.title ?? en.chrome.product}>
          <SectionLink current={view.kind !== "setup"} onPress={() => go({ kind: "queue" })} count={toGrade}>
            {words.queue.sections.queue}
          </SectionLink>
          <SectionLink current={view.kind === "setup"} onPress={() => go({ kind: "setup" })}>
            {words.queue.sections.setup}
          </SectionLink>
        </nav>
      </TopBar>
      {queue === null ? (
        <main class="teacher-main" id="content">
          {problem ? (
            <Unreachable problem={problem} config={config} retry={refresh} />
          ) : (
            <p role="status">{en.chrome.loading}</p>
          )}
        </main>
      ) : view.kind === "setup" ? (
        <SetupView
          client={client}
          queue={queue}
          platform={config.platform.name}
          onSaved={(assignment) => replace({ ...queue, assignment })}
          onDirty={setDirty}
        />
      ) : item?.submission && view.kind === "review" ? (
        <ReviewView
          key={item.person.id}
          client={client}
          config={config}
          item={item}
          people={view.people}
          queue={queue}
          online={online}
          onDirty={setDirty}
          onSaved={(grade) => {
            replace(withGrade(queue, item.person.id, grade));
            setTimeout(refresh, AFTER_SAVE_MS);
          }}
          go={(personId, saved) => {
            const next: View = personId === null ? { kind: "queue" } : { ...view, personId };
            if (saved) setView(next);
            else go(next);
          }}
        />
      ) : (
        <QueueView
          queue={queue}
          tab={tab}
          onTab={setTab}
          platform={config.platform.name}
          banner={
            <>
              {!online && (
                <Banner
                  tone="warn"
                  icon="offline"
                  state="t.review.offline"
                  words={words.states["t.review.offline"]()}
                />
              )}
              {online && problem && <Banner tone="warn" icon="alert" words={{ title: words.queue.refreshFailed }} />}
            </>
          }
          open={(personId, people) => setView({ kind: "review", personId, people })}
        />
      )}
      {leaving && (
        <LeaveQuestion
          from={view.kind}
          onStay={() => setLeaving(null)}
          onLeave={() => {
            setDirty(false);
            setView(leaving);
            setLeaving(null);
          }}
        />
      )}
    </Playbacks.Provider>
  );
}

function useQueue(client: Client, assignmentId: string) {
  const [queue, setQueue] = useState<Queue | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const refresh = useCallback(async () => {
    try {
      setQueue(await client.queue(assignmentId));
      setProblem(null);
    } catch (error) {
      setProblem(asProblem(error));
    }
  }, [client, assignmentId]);
  useEffect(() => {
    void refresh();
    const poll = setInterval(() => {
      if (!document.hidden) void refresh();
    }, POLL_MS);
    const onVisible = () => {
      if (!document.hidden) void refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearInterval(poll);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [refresh]);
  return { queue, problem, refresh: () => void refresh(), replace: setQueue };
}

function withGrade(queue: Queue, personId: string, grade: Grade): Queue {
  return { ...queue, items: queue.items.map((item) => (item.person.id === personId ? { ...item, grade } : item)) };
}

interface SectionLinkProps {
  current: boolean;
  onPress: () => void;
  count?: number;
  children: string;
}

function SectionLink({ current, onPress, count, children }: SectionLinkProps) {
  return (
    <button type="button" class="section-link" aria-current={current ? "page" : undefined} onClick={onPress}>
      {children}
      {count ? <span class="count strong">{count}</span> : null}
    </button>
  );
}

function Unreachable({ problem, config, retry }: { problem: Problem; config: PageConfig; retry: () => void }) {
  const ended = problem.status === 401;
  const { states } = en;
  const text = ended
    ? states["up.session_over"](config.platform.name)
    : problem.retryable
      ? states["launch.down"]()
      : states["launch.refused"](problem.title, problem.detail);
  return (
    <>
      <h1 class="hidden">{en.chrome.product}</h1>
      <StateCard
        state={ended ? "up.session_over" : problem.retryable ? "launch.down" : "launch.refused"}
        icon={ended ? "clock" : "alert"}
        tone="warn"
        words={text}
        actions={
          !ended && (
            <Button kind="primary" icon="refresh" onPress={retry}>
              {en.actions.tryNow}
            </Button>
          )
        }
        foot={problem.ref && <code>{problem.ref}</code>}
      />
    </>
  );
}

function LeaveQuestion({ from, onStay, onLeave }: { from: View["kind"]; onStay: () => void; onLeave: () => void }) {
  const { title, body } = words.states[from === "setup" ? "t.setup.unsaved" : "t.review.unsaved"]();
  return (
    <Dialog
      title={title}
      onClose={onStay}
      actions={
        <>
          <Button onPress={onLeave}>{words.review.leave}</Button>
          <Button kind="primary" onPress={onStay}>
            {words.review.stay}
          </Button>
        </>
      }
    >
      <p class="card-text">{body}</p>
    </Dialog>
  );
}
