// Keeps the screen on while bytes move, where the browser and the frame allow it.

/** Asking in a frame that was not given the feature only fills the console. */
function allowed(): boolean {
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } };
  return "wakeLock" in navigator && featurePolicy?.allowsFeature("screen-wake-lock") !== false;
}

export class Awake {
  private sentinel: WakeLockSentinel | null = null;
  private wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", this.renew);
  }

  want(wanted: boolean): void {
    if (this.wanted === wanted) return;
    this.wanted = wanted;
    void this.renew();
  }

  close(): void {
    this.want(false);
    document.removeEventListener("visibilitychange", this.renew);
  }

  /** The browser drops the lock with every hiding of the page. */
  private readonly renew = async (): Promise<void> => {
    try {
      if (!this.wanted) {
        await this.sentinel?.release();
        this.sentinel = null;
      } else if (document.visibilityState === "visible" && allowed()) {
        this.sentinel = await navigator.wakeLock.request("screen");
      }
    } catch {
      // Not allowed in this frame or on low battery: the page says "keep this page open" anyway.
    }
  };
}
