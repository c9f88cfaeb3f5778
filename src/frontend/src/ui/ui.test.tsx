import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { scenes } from "../../dev/scenes";
import { Announcer, announce } from "./Announcer";
import { Button } from "./Button";
import { submissionState, videoState } from "./Chip";
import { Dialog } from "./Dialog";
import { StateCard } from "./StateCard";
import { Track } from "./Track";
import { applyLook, startLook } from "./theme";

afterEach(() => {
  cleanup();
  localStorage.clear();
});

describe("a busy button", () => {
  it("keeps its focus and ignores presses", () => {
    const press = vi.fn();
    render(
      <Button busy onPress={press}>
        Submitting…
      </Button>,
    );
    const button = screen.getByRole("button");
    button.focus();
    fireEvent.click(button);
    expect(press).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(button);
    expect(button.getAttribute("aria-disabled")).toBe("true");
  });
});

describe("a state card", () => {
  it("moves the focus to its title when the state changes, not at first", () => {
    const { rerender, container } = render(<StateCard state="home.empty" words={{ title: "Submit your video" }} />);
    expect(document.activeElement).toBe(document.body);
    rerender(<StateCard state="home.draft" words={{ title: "Not submitted yet" }} />);
    expect(document.activeElement?.textContent).toBe("Not submitted yet");
    expect(container.querySelector("[data-state]")?.getAttribute("data-state")).toBe("home.draft");
  });
});

describe("a dialog", () => {
  const ask = (onClose: () => void) =>
    render(
      <Dialog title="Submit?" onClose={onClose} actions={<Button onPress={onClose}>Not yet</Button>}>
        <p>Attempt 1</p>
      </Dialog>,
    );

  it("starts at its title and gives the focus back", () => {
    const opener = document.createElement("button");
    document.body.append(opener);
    opener.focus();
    const focus = vi.spyOn(opener, "focus");
    const { unmount } = ask(() => {});
    expect(document.activeElement?.textContent).toBe("Submit?");
    unmount();
    expect(focus).toHaveBeenCalledTimes(1);
    opener.remove();
  });

  it("closes by Esc through its owner", () => {
    const close = vi.fn();
    const { container } = ask(close);
    const cancel = new Event("cancel", { cancelable: true });
    container.querySelector("dialog")?.dispatchEvent(cancel);
    expect(close).toHaveBeenCalledTimes(1);
    expect(cancel.defaultPrevented).toBe(true);
  });
});

describe("the track", () => {
  it("says in words what it shows", () => {
    render(<Track total={200} safe={84} inFlight={10} label="Uploading" valueText="42 %, 84 of 200 MB is safe" />);
    const bar = screen.getByRole("progressbar", { name: "Uploading" });
    expect(bar.getAttribute("aria-valuenow")).toBe("42");
    expect(bar.getAttribute("aria-valuetext")).toBe("42 %, 84 of 200 MB is safe");
  });
});

describe("the live regions", () => {
  it("keep polite and urgent news apart", async () => {
    render(<Announcer />);
    announce("42 %");
    announce("Submitted", { urgent: true });
    expect((await screen.findByText("42 %")).getAttribute("aria-live")).toBe("polite");
    expect((await screen.findByText("Submitted")).getAttribute("aria-live")).toBe("assertive");
  });
});

describe("the chips", () => {
  const submitted = scenes.submitted?.work?.submission ?? null;
  it("never call an uploaded video submitted", () => {
    expect(submissionState(null, false, true).words).toBe("Draft");
    expect(videoState({ status: "ready" }, null).words).toBe("Ready");
  });

  it("say late, graded and withdrawn as they are", () => {
    expect(submissionState(submitted, false, false).words).toBe("Submitted");
    expect(submissionState(submitted && { ...submitted, late: true }, false, false).words).toBe("Submitted late");
    expect(submissionState(submitted, true, false).words).toBe("Graded");
    expect(submissionState(submitted && { ...submitted, status: "withdrawn" }, false, false).words).toBe(
      "Not submitted",
    );
  });

  it("show how far an upload is", () => {
    expect(videoState({ status: "uploading" }, 42).words).toBe("Uploading 42\u00a0%");
    expect(videoState(null, null).words).toBe("None");
  });
});

describe("the look", () => {
  it("is light in a frame and the device's in a tab of its own", () => {
    expect(startLook(true)).toEqual({ theme: "light", contrast: false });
    expect(startLook(false)).toEqual({ theme: "auto", contrast: false });
  });

  it("is the viewer's choice from then on", () => {
    applyLook({ theme: "dark", contrast: true }, true);
    expect(document.documentElement.dataset).toMatchObject({ theme: "dark", contrast: "more" });
    expect(startLook(true)).toEqual({ theme: "dark", contrast: true });
    applyLook({ theme: "light", contrast: false }, false);
    expect(document.documentElement.dataset.contrast).toBeUndefined();
  });
});
