import { describe, expect, it, vi } from "vitest";
import { Client, type Fetch } from "./client";
import { UNREACHABLE } from "./problems";

const config = { api: "/api/v1", session_token: "secret" };
const answer = (status: number, body: unknown = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), { status });

function clientWith(...answers: Response[]) {
  const fetch = vi.fn<Fetch>(async () => answers.shift() ?? answer(500));
  return { client: new Client(config, fetch), fetch };
}

describe("the client", () => {
  it("sends the session token as a bearer and no cookies", async () => {
    const { client, fetch } = clientWith(answer(200, {}));
    await client.myWork("a1");
    expect(fetch.mock.calls[0]?.[0]).toBe("/api/v1/assignments/a1/my-work");
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({
      credentials: "omit",
      headers: { Authorization: "Bearer secret" },
    });
  });

  it("saves a first grade only where there is none, and a later one only over the version it knows", async () => {
    const { client, fetch } = clientWith(answer(200, {}), answer(200, {}));
    await client.saveGrade("s1", null, 60, "");
    await client.saveGrade("s1", 3, 61, "");
    expect(fetch.mock.calls[0]?.[1].headers).toMatchObject({ "If-None-Match": "*" });
    expect(fetch.mock.calls[1]?.[1].headers).toMatchObject({ "If-Match": '"3"' });
  });

  it("tells once that the session has ended, and still throws", async () => {
    const { client } = clientWith(answer(401), answer(401));
    client.onSessionEnded = vi.fn();
    await expect(client.video("v")).rejects.toMatchObject({ status: 401 });
    await expect(client.video("v")).rejects.toMatchObject({ status: 401 });
    expect(client.onSessionEnded).toHaveBeenCalledTimes(1);
  });

  it("names a server that cannot be reached", async () => {
    const client = new Client(config, async () => {
      throw new TypeError("Failed to fetch");
    });
    await expect(client.video("v")).rejects.toMatchObject({ code: UNREACHABLE, status: 0, retryable: true });
  });

  it("gives nothing for 204", async () => {
    const { client } = clientWith(answer(204));
    await expect(client.withdraw("s1")).resolves.toBeUndefined();
  });
});
