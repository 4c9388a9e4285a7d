package dev.turnpike.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.schemas.event.Completion;
import dev.turnpike.schemas.event.Decision;
import dev.turnpike.schemas.event.LlmRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerTest {

    private static final long NOW = 1_000_000;
    private static final String WHOLE = "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"total_tokens\":3}}";
    private static final String USAGE = "{\"choices\":[],\"usage\":{\"total_tokens\":3}}";

    private final Written reply = new Written();

    @Test
    void shouldGiveTheWholeAnswerAsItCameAndSayInHeadersWhatItCost() {
        Answer answer = whole(false);

        answer.decided(granted("cheapest of 2; Ünïts"), NOW);
        answer.completed(chunk(0, "{}"));
        answer.completed(last("ok", WHOLE, 1));

        assertThat(reply.status).isEqualTo(200);
        assertThat(reply.body).isEqualTo(WHOLE);
        assertThat(reply.headers)
                .containsEntry("x-request-id", "r1")
                .containsEntry("x-turnpike-model", "acme/small")
                .containsEntry("x-turnpike-cost-usd", "0.0012")
                .containsEntry("x-turnpike-reason", "cheapest of 2; ?n?ts");
        assertThat(answer.isOver()).isTrue();
    }

    @Test
    void shouldStreamChunksInOrderAndEachOnce() {
        Answer answer = streamed(false);

        answer.decided(granted("cheapest"), NOW);
        answer.completed(chunk(0, "{\"choices\":[{\n\"index\":0}]}"));
        assertThat(reply.headers)
                .containsEntry("x-turnpike-model", "acme/small")
                .containsEntry("x-turnpike-reason", "cheapest");
        answer.completed(chunk(0, "{\"again\":true}"));
        answer.completed(chunk(1, "{\"choices\":[1]}"));
        answer.completed(last("ok", WHOLE, 2));

        assertThat(reply.body)
                .isEqualTo("data: {\"choices\":[{ \"index\":0}]}\n\ndata: {\"choices\":[1]}\n\ndata: [DONE]\n\n");
        assertThat(reply.trailers).containsEntry("x-turnpike-cost-usd", "0.0012");
    }

    @Test
    void shouldPutTheCostIntoTheChunkWithTheUsage() {
        Answer answer = streamed(true);

        answer.completed(chunk(0, "{\"choices\":[1]}"));
        answer.completed(chunk(1, USAGE));
        assertThat(reply.body).isEqualTo("data: {\"choices\":[1]}\n\n");
        answer.completed(last("ok", WHOLE, 2));

        assertThat(reply.body)
                .endsWith("data: {\"choices\":[],\"usage\":{\"total_tokens\":3},\"turnpike\":{\"model\":\"acme/small\","
                        + "\"cost_usd\":\"0.0012\",\"reason\":null}}\n\ndata: [DONE]\n\n");
    }

    @Test
    void shouldSendTheWholeAsOneChunkWhereThereWasNone() {
        Answer answer = streamed(true);

        // one that joined late: the first chunk has passed
        answer.completed(chunk(3, "{\"choices\":[1]}"));
        answer.completed(last("ok", WHOLE, 4));

        assertThat(reply.body)
                .startsWith("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"
                        + "\"finish_reason\":\"stop\",\"delta\":{\"role\":\"assistant\",\"content\":\"hi\"}}]}\n\n")
                .contains("\"usage\":{\"total_tokens\":3},\"turnpike\":")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void shouldEndABrokenStreamWithAnErrorAndWithoutDone() {
        Answer answer = streamed(false);

        answer.completed(chunk(0, "{}"));
        answer.completed(last("error", null, 1));

        assertThat(reply.body)
                .endsWith("data: {\"error\":{\"message\":\"it broke\",\"type\":\"api_error\","
                        + "\"param\":null,\"code\":\"provider_error\"}}\n\n");
        assertThat(reply.isOver()).isTrue();
    }

    @Test
    void shouldNotPassOverAPartThatIsMissing() {
        Answer answer = streamed(false);

        answer.completed(chunk(0, "{}"));
        answer.completed(chunk(2, "{}"));

        assertThat(reply.body).contains("parts of the answer are missing");
        assertThat(answer.isOver()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "budget-exhausted, 429, insufficient_quota, budget-exhausted",
        "unknown-model, 404, invalid_request_error, model_not_found",
        "unknown-team, 403, permission_error, unknown-team",
        "scope-missing, 400, invalid_request_error, scope-missing",
        "no-eligible-model, 400, invalid_request_error, no-eligible-model",
    })
    void shouldSayWhyARequestWasRejected(String rejection, int status, String type, String code) {
        Answer answer = streamed(false);

        answer.decided(rejected(rejection, null), NOW);

        assertThat(reply.status).isEqualTo(status);
        assertThat(reply.body)
                .isEqualTo("{\"error\":{\"message\":\"because\",\"type\":\"" + type + "\",\"param\":null,\"code\":\""
                        + code + "\"}}");
        assertThat(reply.headers).containsEntry("x-request-id", "r1");
    }

    @ParameterizedTest
    @CsvSource({"no-eligible-model", "below-quality-floor"})
    void shouldSayThatModelsWillBeBackWhichOpenCircuitsKeepOut(String rejection) {
        Answer answer = whole(false);

        answer.decided(rejected(rejection, NOW + 29_500), NOW);

        assertThat(reply.status).isEqualTo(503);
        assertThat(reply.headers).containsEntry("retry-after", "30").doesNotContainKey("x-should-retry");
        assertThat(reply.body).contains("\"type\":\"api_error\"", "\"code\":\"" + rejection + "\"");
    }

    @Test
    void shouldSayWhenABudgetHasMoneyAgainAndKeepClientsFromTryingBefore() {
        Answer soon = whole(false);
        soon.decided(rejected("budget-exhausted", NOW + 1_001), NOW);
        assertThat(reply.headers).containsEntry("retry-after", "2").doesNotContainKey("x-should-retry");

        Written other = new Written();
        Answer late = Answer.to(asked(false, false), false, other);
        late.decided(rejected("budget-exhausted", NOW + 3_600_000), NOW);
        assertThat(other.headers).containsEntry("retry-after", "3600").containsEntry("x-should-retry", "false");
    }

    @Test
    void shouldKeepClientsFromTryingAgainWhatWouldEndTheSameWay() {
        Answer named = Answer.to(asked(false, false), true, reply);

        named.completed(last("error", null, 0));

        assertThat(reply.status).isEqualTo(502);
        assertThat(reply.headers).containsEntry("x-should-retry", "false");
    }

    @Test
    void shouldSayThatItsTimeWasOver() {
        whole(false).completed(last("expired", null, 0));

        assertThat(reply.status).isEqualTo(504);
    }

    private Answer whole(boolean isNamed) {
        return Answer.to(asked(false, false), isNamed, reply);
    }

    private Answer streamed(boolean countsTokens) {
        return Answer.to(asked(true, countsTokens), false, reply);
    }

    private static Asked asked(boolean stream, boolean countsTokens) {
        LlmRequest request = new LlmRequest();
        request.setRequestId("r1");
        request.setStream(stream);
        return new Asked(request, countsTokens);
    }

    private static Decision granted(String reason) {
        Decision decision = new Decision();
        decision.setReason(reason);
        return decision;
    }

    private static Decision rejected(String code, Long retryAt) {
        Decision decision = granted("because");
        decision.setCode(code);
        decision.setRetryAt(retryAt);
        return decision;
    }

    private static Completion chunk(int seq, String delta) {
        Completion completion = completion("ok", seq);
        completion.setDelta(delta);
        return completion;
    }

    private static Completion last(String status, String response, int seq) {
        Completion completion = completion(status, seq);
        completion.setFinal$(true);
        completion.setResponse(response);
        completion.setCostNanoUsd(1_200_000L);
        completion.setError(status.equals("ok") ? null : "it broke");
        return completion;
    }

    private static Completion completion(String status, int seq) {
        Completion completion = new Completion();
        completion.setStatus(status);
        completion.setSeq(seq);
        completion.setProvider("acme");
        completion.setModel("small");
        return completion;
    }
}
