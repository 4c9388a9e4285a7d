package dev.turnpike.sink.provider.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.sink.provider.execution.Counts;
import dev.turnpike.sink.provider.execution.Outcome;
import dev.turnpike.sink.provider.execution.Outcome.Answered;
import dev.turnpike.sink.provider.execution.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicReaderTest {

    private static final String START =
            "{'type':'message_start','message':{'id':'msg_1','type':'message','model':'claude',"
                    + "'content':[],'stop_reason':null,'usage':{'input_tokens':20,'cache_creation_input_tokens':300,"
                    + "'cache_read_input_tokens':50,'output_tokens':1,"
                    + "'cache_creation':{'ephemeral_5m_input_tokens':200,'ephemeral_1h_input_tokens':100}}}}";
    private static final String TEXT =
            "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}";
    private static final String HEL =
            "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'Hel'}}";
    private static final String LO =
            "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'lo'}}";
    private static final String STOP = "{'type':'content_block_stop','index':0}";
    private static final String END =
            "{'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':12}}";

    private final List<String> chunks = new ArrayList<>();
    private final AnthropicReader reader = new AnthropicReader(
            new OpenAiReader(700, 40, chunks::add, chunk -> {}, () -> 10), new AnthropicAnswer(1_700));

    @Test
    void shouldAnswerInTheWordsOfAChatCompletion() {
        Outcome outcome = reader.whole(json("{'id':'msg_1','type':'message','role':'assistant','model':'claude',"
                + "'content':[{'type':'thinking','thinking':'hm','signature':'x'},{'type':'text','text':'Let me look.'},"
                + "{'type':'tool_use','id':'t0','name':'find','input':{'a':1}}],'stop_reason':'tool_use',"
                + "'usage':{'input_tokens':5,'output_tokens':7,'service_tier':'standard'}}"));

        assertThat(outcome).isInstanceOfSatisfying(Answered.class, answered -> {
            assertThat(read(answered.response()))
                    .isEqualTo(read(json("{'id':'msg_1','model':'claude','service_tier':'standard',"
                            + "'object':'chat.completion','created':1700,"
                            + "'choices':[{'index':0,'message':{'role':'assistant','content':'Let me look.',"
                            + "'reasoning_content':'hm','tool_calls':[{'id':'t0','type':'function','function':"
                            + "{'name':'find','arguments':'{#a#:1}'}}]},'finish_reason':'tool_calls'}],"
                            + "'usage':{'prompt_tokens':5,'completion_tokens':7,'total_tokens':12,"
                            + "'prompt_tokens_details':{'cached_tokens':0},'cache_creation_input_tokens':0,"
                            + "'cache_creation_1h_input_tokens':0}}")));
            assertThat(answered.counts()).isEqualTo(new Counts(5, 0, 0, 0, 7, 0, null, null, false));
        });
    }

    @Test
    void shouldAddTheirDisjointCountsToOurInclusiveOnes() {
        stream(START, TEXT, HEL, LO, STOP, END, "{'type':'message_stop'}");

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts())
                                .isEqualTo(new Counts(370, 50, 300, 100, 12, 0, null, null, false)));
    }

    @Test
    void shouldHandOnAStreamAsChatCompletionChunks() {
        stream(START, TEXT, "{'type':'ping'}", HEL, LO, STOP, END, "{'type':'message_stop'}");

        Outcome outcome = reader.endOfStream();

        assertThat(chunks)
                .extracting(chunk -> read(chunk).at("/choices/0/delta").toString())
                .containsExactly(
                        json("{'role':'assistant','content':''}"),
                        json("{'content':'Hel'}"),
                        json("{'content':'lo'}"),
                        "{}");
        assertThat(chunks).allSatisfy(chunk -> {
            assertThat(read(chunk).path("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(read(chunk).path("id").asText()).isEqualTo("msg_1");
        });
        assertThat(read(chunks.get(3)).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(read(answered.response())
                                        .at("/choices/0/message/content")
                                        .asText())
                                .isEqualTo("Hello"));
    }

    @Test
    void shouldPutTheArgumentsOfToolsTogether() {
        stream(
                START,
                TEXT,
                HEL,
                STOP,
                "{'type':'content_block_start','index':1,'content_block':{'type':'tool_use','id':'a','name':'f','input':{}}}",
                "{'type':'content_block_delta','index':1,'delta':{'type':'input_json_delta','partial_json':'{#x#'}}",
                "{'type':'content_block_delta','index':1,'delta':{'type':'input_json_delta','partial_json':':1}'}}",
                "{'type':'content_block_start','index':2,'content_block':{'type':'tool_use','id':'b','name':'g','input':{}}}",
                "{'type':'message_delta','delta':{'stop_reason':'tool_use'},'usage':{'output_tokens':12}}");

        assertThat(reader.endOfStream()).isInstanceOfSatisfying(Answered.class, answered -> {
            JsonNode choice = read(answered.response()).at("/choices/0");
            assertThat(choice.at("/message/tool_calls"))
                    .isEqualTo(read(json("[{'index':0,'id':'a','type':'function',"
                            + "'function':{'name':'f','arguments':'{#x#:1}'}},"
                            + "{'index':1,'id':'b','type':'function','function':{'name':'g','arguments':''}}]")));
            assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        });
    }

    @Test
    void shouldCountByItselfWhereTheEndOfTheStreamDoesNot() {
        stream(START, TEXT, HEL, LO, STOP, "{'type':'message_delta','delta':{'stop_reason':'end_turn'}}");

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(answered.counts()).isEqualTo(Counts.local(700, 40, null)));
    }

    @Test
    void shouldNotKnowTheCostOfAStreamThatIsCut() {
        stream(START, TEXT, HEL);

        assertThat(reader.cut("reset")).isEqualTo(new Unknown("reset", true));
    }

    @Test
    void shouldTakeAStreamForWholeThatIsCutBehindItsCounts() {
        stream(START, TEXT, HEL, STOP, END);

        assertThat(reader.cut("reset")).isInstanceOf(Answered.class);
    }

    @Test
    void shouldNotKnowTheCostOfAStreamWithAnErrorInIt() {
        stream(START, "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}", TEXT, HEL);

        assertThat(reader.endOfStream())
                .isInstanceOfSatisfying(
                        Unknown.class, unknown -> assertThat(unknown.reason()).contains("Overloaded"));
        assertThat(chunks).hasSize(1);
    }

    @Test
    void shouldNotTakeAnotherTextForAnAnswer() {
        assertThat(reader.whole("<html>")).isEqualTo(new Unknown("the answer is not a message: no JSON", false));
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, stop",
        "stop_sequence, stop",
        "max_tokens, length",
        "model_context_window_exceeded, length",
        "tool_use, tool_calls",
        "refusal, content_filter"
    })
    void shouldSayWhyTheAnswerEnded(String theirs, String ours) {
        Outcome outcome = reader.whole(json("{'type':'message','content':[],'stop_reason':'" + theirs + "'}"));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Answered.class,
                        answered -> assertThat(read(answered.response())
                                        .at("/choices/0/finish_reason")
                                        .asText())
                                .isEqualTo(ours));
    }

    private void stream(String... events) {
        for (String event : events) {
            reader.line("event: " + read(json(event)).path("type").asText());
            reader.line("data: " + json(event));
            reader.line("");
        }
    }

    /** Quotes are written ', and # within a text. */
    private static String json(String text) {
        return text.replace("'", "\"").replace("#", "\\\"");
    }

    private static JsonNode read(String json) {
        try {
            return OpenAiApi.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
