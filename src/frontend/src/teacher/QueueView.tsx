import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Queue, QueueItem } from "../api/wire";
import { Button } from "../ui/Button";
import { type ChipState, StateMark, submissionState, videoState } from "../ui/Chip";
import { useNow } from "../ui/Frame";
import { Icon } from "../ui/Icon";
import { Track } from "../ui/Track";
import * as f from "../words/format";
import * as words from "../words/teacher";
import { countsOf, lateBy, listOf, secondsToWatch, TABS, type Tab, uploadingNow, videoOf } from "./roster";
import { KeysDialog, useShortcuts } from "./shortcuts";
import { Tabs } from "./Tabs";

interface QueueViewProps {
  queue: Queue;
  tab: Tab;
  onTab: (tab: Tab) => void;
  platform: string;
  banner: ComponentChildren;
  open: (personId: string, people: string[]) => void;
}

const FIRST_ROWS = 50;
const { queue: text } = words;

export function QueueView({ queue, tab, onTab, platform, banner, open }: QueueViewProps) {
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(FIRST_ROWS);
  const [selected, setSelected] = useState<string | null>(null);
  const [help, setHelp] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const now = useNow(30_000);
  const narrow = useNarrow();
  const { assignment, items } = queue;
  const rows = listOf(items, tab, query);
  const counts = countsOf(items);
  const toGrade = listOf(items, "to_grade");
  const openable = (item: QueueItem) => item.submission !== null;

  const openRow = (item: QueueItem) => {
    const people = rows.filter(openable).map(({ person }) => person.id);
    if (openable(item)) open(item.person.id, people);
  };
  const gradeNext = () => {
    const first = toGrade[0];
    if (first)
      open(
        first.person.id,
        toGrade.map(({ person }) => person.id),
      );
  };
  const select = (step: number) => {
    const visible = rows.slice(0, shown);
    const at = visible.findIndex(({ person }) => person.id === selected);
    const next = visible[Math.min(visible.length - 1, Math.max(0, at + step))];
    if (!next) return;
    setSelected(next.person.id);
    list.current?.querySelector<HTMLElement>(`[data-person="${next.person.id}"]`)?.focus();
  };
  useShortcuts((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "j") select(1);
    else if (event.key === "k") select(-1);
    else if (event.key === "?") setHelp(true);
    else if (event.key === "/") search.current?.focus();
    else if (event.key === "Enter") {
      const row = rows.find(({ person }) => person.id === selected);
      if (row) openRow(row);
      else gradeNext();
    } else return false;
    return true;
  });

  const rowProps = { rows: rows.slice(0, shown), queue, now, platform, selected, openRow, setSelected };
  return (
    <main class="teacher-main" id="content" data-state={stateOf(queue, counts)}>
      {banner}
      <header class="teacher-head">
        <div>
          <h1>{assignment.title}</h1>
          <p>
            {assignment.due_at ? text.due(assignment.due_at) : text.noDue}{" "}
            {text.summary(counts.all - counts.not_submitted, counts.all, secondsToWatch(items))}
          </p>
        </div>
        {toGrade.length > 0 && (
          <Button kind="primary" icon="play" keys="Enter" onPress={gradeNext}>
            {text.gradeNext}
          </Button>
        )}
      </header>
      <Tabs
        label={text.tabsLabel}
        current={tab}
        onChange={(next) => {
          onTab(next);
          setShown(FIRST_ROWS);
        }}
        tabs={TABS.map((id) => ({ id, label: text.tabs[id], count: counts[id], alarming: id === "problems" }))}
      >
        <Uploading items={uploadingNow(items)} />
        <div class="queue-tools">
          <label class="search">
            <Icon name="search" size={16} />
            <span class="hidden">{text.find}</span>
            <input
              ref={search}
              class="input"
              type="search"
              placeholder={text.find}
              value={query}
              onInput={(event) => setQuery(event.currentTarget.value)}
            />
          </label>
          <p class="key-hints">
            <span>
              <kbd>J</kbd> <kbd>K</kbd> {text.keys.move}
            </span>
            <span>
              <kbd>Enter</kbd> {text.keys.open}
            </span>
            <button type="button" class="key-help" onClick={() => setHelp(true)}>
              <kbd>?</kbd> {text.keys.all}
            </button>
          </p>
        </div>
        <div ref={list}>
          {rows.length === 0 ? (
            <Empty queue={queue} tab={tab} query={query} now={now} />
          ) : narrow ? (
            <RowList {...rowProps} />
          ) : (
            <RowTable {...rowProps} tab={tab} />
          )}
        </div>
        {rows.length > 0 && (
          <div class="queue-foot">
            <p>{text.shown(Math.min(shown, rows.length), rows.length)}</p>
            {rows.length > shown && (
              <Button onPress={() => setShown(rows.length)}>{text.showMore(rows.length - shown)}</Button>
            )}
          </div>
        )}
      </Tabs>
      {help && <KeysDialog page="queue" onClose={() => setHelp(false)} />}
    </main>
  );
}

function stateOf(queue: Queue, counts: Record<Tab, number>): string {
  if (counts.all === counts.not_submitted) return "t.queue.empty";
  if (counts.problems > 0) return "t.queue.problem";
  return counts.to_grade === 0 && queue.items.length > 0 ? "t.queue.done" : "t.queue";
}

function Uploading({ items }: { items: QueueItem[] }) {
  if (items.length === 0) return null;
  return (
    <section class="uploading" aria-label={text.uploadingNow(items.length)}>
      <strong>
        <Icon name="upload" size={16} /> {text.uploadingNow(items.length)}
      </strong>
      {items.slice(0, 6).map(({ person, uploading }) => {
        const percent = Math.floor(uploading?.percent ?? 0);
        const name = person.name ?? text.unnamed;
        return (
          <span key={person.id}>
            <bdi>{name}</bdi>
            <Track small total={100} safe={percent} label={name} valueText={f.percent(percent, 100)} />
            {f.percent(percent, 100)}
          </span>
        );
      })}
    </section>
  );
}

function Empty({ queue, tab, query, now }: { queue: Queue; tab: Tab; query: string; now: number }) {
  const counts = countsOf(queue.items);
  const { states } = words;
  const { title, body } = query
    ? states["t.queue.no_match"](query)
    : tab === "to_grade" && counts.all === counts.not_submitted
      ? states["t.queue.empty"](queue.assignment.due_at, counts.all, now)
      : tab === "to_grade"
        ? states["t.queue.done"](counts.all - counts.not_submitted)
        : states["t.queue.nothing"]();
  return (
    <div class="empty-state" role="status">
      <Icon name={tab === "to_grade" && counts.all > counts.not_submitted ? "ok" : "film"} size={36} />
      <p>
        <strong>{title}</strong>
      </p>
      {body && <p>{body}</p>}
    </div>
  );
}

interface RowsProps {
  rows: QueueItem[];
  queue: Queue;
  now: number;
  platform: string;
  selected: string | null;
  openRow: (item: QueueItem) => void;
  setSelected: (personId: string) => void;
}

interface Cells {
  name: ComponentChildren;
  submission: ChipState;
  video: ChipState;
  submitted: string | null;
  late: string | null;
  length: string | null;
  grade: string | null;
  gradebook: { text: string; tone: string } | null;
}

function cellsOf(item: QueueItem, props: RowsProps): Cells {
  const { person, submission, grade } = item;
  const video = videoOf(item);
  const late = lateBy(item, props.queue.assignment.due_at);
  const percent = item.uploading && Math.floor(item.uploading.percent);
  const name = person.name ?? text.unnamed;
  return {
    name: submission ? (
      <button
        type="button"
        class="name-link"
        data-person={person.id}
        onFocus={() => props.setSelected(person.id)}
        onClick={() => props.openRow(item)}
      >
        <bdi>{name}</bdi>
      </button>
    ) : (
      <span class="name" data-person={person.id} tabIndex={-1}>
        <bdi>{name}</bdi>
      </span>
    ),
    submission: submissionState(submission, grade !== null, false),
    video: videoState(video, percent),
    submitted: submission && f.timeInTable(submission.submitted_at, props.now),
    late: late === null ? null : f.span(late),
    length: submission?.video.duration_seconds == null ? null : f.timecode(submission.video.duration_seconds),
    grade: grade?.points == null ? null : f.points(grade.points),
    gradebook: grade && words.delivery(grade, props.platform, props.now),
  };
}

function RowTable(props: RowsProps & { tab: Tab }) {
  const { columns } = text;
  return (
    <div class="table-wrap">
      <table class="table">
        <caption class="hidden">{text.caption(text.tabs[props.tab])}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.student}</th>
            <th scope="col">{columns.submission}</th>
            <th scope="col">{columns.video}</th>
            <th scope="col" aria-sort="ascending">
              {columns.submitted} <span aria-hidden="true">↑</span>
            </th>
            <th scope="col">{columns.late}</th>
            <th scope="col" class="end">
              {columns.length}
            </th>
            <th scope="col" class="end">
              {columns.grade}
            </th>
            <th scope="col">{columns.gradebook}</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((item) => {
            const cells = cellsOf(item, props);
            return (
              <tr key={item.person.id} class={item.person.id === props.selected ? "selected" : ""}>
                <th scope="row">{cells.name}</th>
                <td>
                  <StateMark state={cells.submission} />
                </td>
                <td>
                  <StateMark state={cells.video} />
                </td>
                <td class="nowrap">{cells.submitted ?? text.none}</td>
                <td class="nowrap">{cells.late ?? text.none}</td>
                <td class="end">{cells.length ?? text.none}</td>
                <td class="end">{cells.grade ?? text.none}</td>
                <td>
                  {cells.gradebook ? (
                    <span class={`sync-words ${cells.gradebook.tone}`}>{cells.gradebook.text}</span>
                  ) : (
                    text.none
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Under 720 px each row becomes two lines: name … number, then states. */
function RowList(props: RowsProps) {
  return (
    <ul class="queue-list">
      {props.rows.map((item) => {
        const cells = cellsOf(item, props);
        return (
          <li key={item.person.id} class={item.person.id === props.selected ? "selected" : ""}>
            <div class="row-head">
              {cells.name}
              <span>{cells.grade ?? cells.length ?? ""}</span>
            </div>
            <div class="row-states">
              <StateMark state={cells.submission} />
              <StateMark state={cells.video} />
              {cells.submitted && <span>{cells.submitted}</span>}
              {cells.late && <span>{text.lateBy(cells.late)}</span>}
              {cells.gradebook && <span class={`sync-words ${cells.gradebook.tone}`}>{cells.gradebook.text}</span>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => window.matchMedia("(max-width: 719.98px)").matches);
  useEffect(() => {
    const media = window.matchMedia("(max-width: 719.98px)");
    const read = () => setNarrow(media.matches);
    media.addEventListener("change", read);
    return () => media.removeEventListener("change", read);
  }, []);
  return narrow;
}
