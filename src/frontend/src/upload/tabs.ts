// One upload per assignment over all tabs: a Web Lock decides who sends, a BroadcastChannel mirrors the sender's progress to the others.
import type { TransferView } from "./transfer";

type Message = { kind: "progress"; view: TransferView } | { kind: "hello" } | { kind: "hand_over" } | { kind: "bye" };

export class Tabs {
  /** Another tab sends; null when it has ended. */
  onMirror: (view: TransferView | null) => void = () => {};
  /** Another tab wants to send: stop, it will ask for the lock. */
  onHandOver: () => void = () => {};

  private readonly channel: BroadcastChannel | null;
  private release: (() => void) | null = null;
  private last: TransferView | null = null;

  constructor(private readonly name: string) {
    this.channel = openChannel(name);
    if (this.channel) this.channel.onmessage = (event: MessageEvent<Message>) => this.receive(event.data);
    this.post({ kind: "hello" });
  }

  /** Whether this tab may send. Where there are no Web Locks, or the browser denies them to this frame, it always may. */
  acquire(): Promise<boolean> {
    if (this.release) return Promise.resolve(true);
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      navigator.locks
        .request(this.name, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          if (!lock) return undefined;
          return new Promise<void>((done) => {
            this.release = done;
          });
        })
        // Third-party storage is blocked, and locks with it.
        .catch(() => resolve(true));
    });
  }

  publish(view: TransferView): void {
    this.last = view;
    this.post({ kind: "progress", view });
  }

  /** Our transfer is over, or given to another tab. */
  leave(): void {
    this.last = null;
    this.release?.();
    this.release = null;
    this.post({ kind: "bye" });
  }

  askForHandOver(): void {
    this.post({ kind: "hand_over" });
  }

  close(): void {
    this.leave();
    this.channel?.close();
  }

  private receive(message: Message): void {
    if (message.kind === "progress") this.onMirror(message.view);
    else if (message.kind === "bye") this.onMirror(null);
    else if (message.kind === "hello" && this.last) this.post({ kind: "progress", view: this.last });
    else if (message.kind === "hand_over" && this.last) this.onHandOver();
  }

  private post(message: Message): void {
    this.channel?.postMessage(message);
  }
}

/** Null where there is none, or where the browser denies it to this frame: then tabs do not know of each other. */
function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
