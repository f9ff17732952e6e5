"""What is stored, as clients see it: shared by daemons, bounded, and only what was asked."""

import pytest
from responded import whole

SCRIPT = {"replies": [{"text": "Hello!"}]}


@pytest.fixture
def log(tmp_path):
    """Where the simulated engine writes a line for each prompt: its length and its digest."""
    return tmp_path / "log"


@pytest.fixture
def begin(serve, log):
    def start(*words):
        script = SCRIPT | {"log": str(log)}
        return serve("--served-model-name", "m", *words, script=script).ready()

    return start


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Flags that give several daemons one store."""
    if request.param == "sqlite":
        return ["--state-dir", str(tmp_path / "state")]
    server = request.getfixturevalue("postgres")
    server.clear()
    return ["--store-url", server.url]


def refused(answer) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


def roles(client, conversation: str) -> list[str]:
    """The roles of a conversation's messages, in order."""
    path = f"/v1/conversations/{conversation}/items"
    told = client.get(path, params={"order": "asc", "limit": 100}).json()["data"]
    return [item["role"] for item in told]


def test_daemons_that_share_a_store_go_on_from_each_others_responses(begin, log, place):
    daemons = [begin(*place) for _ in range(2)]
    with daemons[0].client() as one, daemons[1].client() as two:
        previous = None
        for turn in range(6):
            client = (one, two)[turn % 2]
            previous = whole(client, input=f"{turn}", previous_response_id=previous)["id"]
            for other in (one, two):
                assert other.get(f"/v1/responses/{previous}").status_code == 200
        lengths = [int(line.split()[0]) for line in log.read_text().splitlines()]
        assert lengths == sorted(set(lengths)), "each prompt holds all before it"
        conversation = one.post("/v1/conversations", json={}).json()["id"]
        for turn in range(4):
            whole((one, two)[turn % 2], input=f"{turn}", conversation=conversation)
        assert roles(one, conversation) == roles(two, conversation) == ["user", "assistant"] * 4
        assert one.delete(f"/v1/responses/{previous}").status_code == 200
        answer = two.post("/v1/responses", json={"input": "x", "previous_response_id": previous})
        assert refused(answer) == (404, "previous_response_not_found", "previous_response_id")


def test_a_turn_by_conversation_has_the_prompt_of_a_turn_by_id(begin, log):
    with begin().client() as client:
        conversation, previous = client.post("/v1/conversations", json={}).json()["id"], None
        for turn in range(5):
            whole(client, input=f"turn {turn}", conversation=conversation)
        for turn in range(5):
            previous = whole(client, input=f"turn {turn}", previous_response_id=previous)["id"]
    prompts = log.read_text().splitlines()
    assert len(prompts) == 10
    assert prompts[:5] == prompts[5:]


def test_a_conversation_begun_with_items_is_told_with_them(begin, log):
    said = [{"role": "user", "content": "One."}, {"role": "assistant", "content": "Two."}]
    with begin().client() as client:
        conversation = client.post("/v1/conversations", json={"items": said}).json()["id"]
        asked = {"role": "user", "content": "Three."}
        response = whole(client, input=[asked], conversation=conversation)
        assert response["conversation"] == {"id": conversation}
        whole(client, input=[*said, asked])
    by_conversation, by_value = log.read_text().splitlines()
    assert by_conversation == by_value


def test_a_responses_input_is_told_with_ids_that_can_be_referred_to(begin):
    with begin().client() as client:
        first = whole(client, input=[{"role": "user", "content": text} for text in ("a", "b")])
        told = client.get(f"/v1/responses/{first['id']}/input_items").json()
        texts = [item["content"][0]["text"] for item in told["data"]]
        assert (texts, told["has_more"]) == (["b", "a"], False)
        assert (told["first_id"], told["last_id"]) == tuple(item["id"] for item in told["data"])
        references = [{"type": "item_reference", "id": item["id"]} for item in told["data"]]
        second = whole(client, input=[*references, {"role": "user", "content": "c"}])
        told = client.get(f"/v1/responses/{second['id']}/input_items?order=asc").json()
        assert [item["content"][0]["text"] for item in told["data"]] == ["b", "a", "c"]
        unknown = [{"type": "item_reference", "id": "msg_0"}]
        answer = client.post("/v1/responses", json={"input": unknown})
        assert refused(answer) == (400, "item_reference_not_found", "input[0].id")


def test_what_is_not_to_be_stored_is_not_there(begin):
    with begin().client() as client:
        made = whole(client, input="x", store=False)
        for path in (f"/v1/responses/{made['id']}", f"/v1/responses/{made['id']}/input_items"):
            assert refused(client.get(path)) == (404, "response_not_found", None)
        answer = client.post(
            "/v1/responses", json={"input": "x", "previous_response_id": made["id"]}
        )
        assert refused(answer)[1] == "previous_response_not_found"


def test_the_least_recently_used_is_dropped_and_not_found(begin):
    with begin("--store-max-responses", "2").client() as client:
        made = [whole(client, input="x")["id"] for _ in range(2)]
        client.get(f"/v1/responses/{made[0]}")
        whole(client, input="x")
        found = [client.get(f"/v1/responses/{id}").status_code for id in made]
        assert found == [200, 404]
        answer = client.post("/v1/responses", json={"input": "x", "previous_response_id": made[1]})
        assert refused(answer) == (404, "previous_response_not_found", "previous_response_id")


def test_in_memory_a_response_is_stored_until_the_daemon_ends(begin, tmp_path):
    words = ["--state-dir", ":memory:"]
    daemon = begin(*words)
    with daemon.client() as client:
        id = whole(client, input="x")["id"]
        assert whole(client, input="y", previous_response_id=id)["previous_response_id"] == id
    assert daemon.stop() == 0
    with begin(*words).client() as client:
        assert client.get(f"/v1/responses/{id}").status_code == 404
    assert not (tmp_path / "smgd").exists()
