package dev.turnpike.sink.provider.call;

import static dev.turnpike.sink.provider.Dispatches.dispatch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnpike.schemas.Trace;
import dev.turnpike.schemas.event.Dispatch;
import dev.turnpike.sink.provider.call.ProviderSettings.Dialect;
import dev.turnpike.sink.provider.execution.Step.Call;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicRequestTest {

    private static final String USER = "[{'role':'user','content':'hi'}]";

    @Test
    void shouldPutInstructionsBeforeTheConversation() {
        assertThat(said(
                        "{}",
                        "[{'role':'system','content':'be brief'},{'role':'user','content':'hi'},"
                                + "{'role':'developer','content':[{'type':'text','text':'in French',"
                                + "'cache_control':{'type':'ephemeral'}}]}]"))
                .isEqualTo(json("{'system':[{'type':'text','text':'be brief'},{'type':'text','text':'in French',"
                        + "'cache_control':{'type':'ephemeral'}}],"
                        + "'messages':[{'role':'user','content':[{'type':'text','text':'hi'}]}]}"));
    }

    @Test
    void shouldHandResultsOfToolsBackAsWhatTheUserSays() {
        JsonNode said = said(
                "{}",
                "[{'role':'user','content':'weather in Oslo and Rome?'},"
                        + "{'role':'assistant','content':null,'tool_calls':["
                        + "{'id':'a','type':'function','function':{'name':'weather','arguments':'{\\'at\\':\\'Oslo\\'}'}},"
                        + "{'id':'b','type':'function','function':{'name':'weather','arguments':''}}]},"
                        + "{'role':'tool','tool_call_id':'a','content':'rain'},"
                        + "{'role':'tool','tool_call_id':'b','content':[{'type':'text','text':'sun'}]},"
                        + "{'role':'user','content':'and now?'}]");

        assertThat(said.path("messages"))
                .isEqualTo(json("[{'role':'user','content':[{'type':'text','text':'weather in Oslo and Rome?'}]},"
                        + "{'role':'assistant','content':["
                        + "{'type':'tool_use','id':'a','name':'weather','input':{'at':'Oslo'}},"
                        + "{'type':'tool_use','id':'b','name':'weather','input':{}}]},"
                        + "{'role':'user','content':["
                        + "{'type':'tool_result','tool_use_id':'a','content':[{'type':'text','text':'rain'}]},"
                        + "{'type':'tool_result','tool_use_id':'b','content':[{'type':'text','text':'sun'}]},"
                        + "{'type':'text','text':'and now?'}]}]"));
    }

    @Test
    void shouldSendPicturesAndDocuments() {
        JsonNode said = said(
                "{}",
                "[{'role':'user','content':["
                        + "{'type':'image_url','image_url':{'url':'https://host/cat.png','detail':'low'}},"
                        + "{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBO'}},"
                        + "{'type':'file','file':{'file_data':'data:application/pdf;base64,JVBE'}}]}]");

        assertThat(said.at("/messages/0/content"))
                .isEqualTo(
                        json(
                                "[{'type':'image','source':{'type':'url','url':'https://host/cat.png'}},"
                                        + "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBO'}},"
                                        + "{'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBE'}}]"));
    }

    @Test
    void shouldTranslateParametersAndLeaveOutWhatOnlyColoursTheAnswer() {
        assertThat(said(
                        "{'temperature':1.5,'top_p':0.9,'top_k':5,'stop':'END','user':'ada','seed':7,"
                                + "'presence_penalty':0.1,'logit_bias':{'1':2},'max_tokens':9,'n':1,'stream':true,"
                                + "'metadata':{'a':'b'},'response_format':{'type':'text'},'service_tier':'default'}",
                        USER))
                .isEqualTo(json("{'top_p':0.9,'top_k':5,'temperature':1.0,'stop_sequences':['END'],"
                        + "'metadata':{'user_id':'ada'},'service_tier':'standard_only',"
                        + "'messages':[{'role':'user','content':[{'type':'text','text':'hi'}]}]}"));
    }

    @Test
    void shouldTranslateTools() {
        JsonNode said = said(
                "{'tools':[{'type':'function','function':{'name':'weather','description':'now','strict':true,"
                        + "'parameters':{'type':'object','properties':{'at':{'type':'string'}}}}},"
                        + "{'type':'function','function':{'name':'time'}}],'parallel_tool_calls':false}",
                USER);

        assertThat(said.path("tools"))
                .isEqualTo(json("[{'name':'weather','description':'now','input_schema':"
                        + "{'type':'object','properties':{'at':{'type':'string'}}}},"
                        + "{'name':'time','input_schema':{'type':'object'}}]"));
        assertThat(said.path("tool_choice")).isEqualTo(json("{'type':'auto','disable_parallel_tool_use':true}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'auto' | {'type':'auto'}",
                "'none' | {'type':'none'}",
                "'required' | {'type':'any'}",
                "{'type':'function','function':{'name':'weather'}} | {'type':'tool','name':'weather'}"
            },
            quoteCharacter = '"')
    void shouldTranslateTheChoiceOfATool(String choice, String expected) {
        String tools = "'tools':[{'type':'function','function':{'name':'weather'}}]";

        assertThat(said("{" + tools + ",'tool_choice':" + choice + "}", USER).path("tool_choice"))
                .isEqualTo(json(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'n':2}",
                "{'logprobs':true}",
                "{'response_format':{'type':'json_object'}}",
                "{'audio':{'voice':'x'}}",
                "{'functions':[]}",
                "{'tools':[{'type':'custom','custom':{'name':'x'}}]}"
            })
    void shouldLeaveToOtherModelsWhatCannotBeSaid(String params) {
        assertThatExceptionOfType(InexpressibleException.class).isThrownBy(() -> said(params, USER));
    }

    @Test
    void shouldLeaveSoundToOtherModels() {
        assertThatExceptionOfType(InexpressibleException.class)
                .isThrownBy(() -> said("{}", "[{'role':'user','content':[{'type':'input_audio'}]}]"))
                .withMessage("content of type \"input_audio\" cannot be sent to Anthropic");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'role':'user','content':7}]",
                "[{'role':'user','content':[{'type':'image_url','image_url':{'url':'cat.png'}}]}]",
                "[{'role':'assistant','tool_calls':[{'id':'a','function':{'name':'x','arguments':'{'}}]}]"
            })
    void shouldRefuseWhatIsWrongEverywhere(String messages) {
        assertThatIllegalArgumentException().isThrownBy(() -> said("{}", messages));
    }

    @Test
    void shouldSendTheKeyTheModelAndTheCapOfTheDispatch() {
        Dispatch dispatch = dispatch("r1", "anthropic/claude");
        dispatch.getRequest().setStream(true);
        AnthropicApi api = new AnthropicApi(new ProviderSettings(
                "anthropic",
                Dialect.ANTHROPIC,
                URI.create("https://host/v1"),
                "secret",
                4,
                Duration.ofSeconds(5),
                "max_tokens"));

        HttpRequest request =
                api.request(dispatch, new Call(2, dispatch.getChain().get(0)), Trace.NONE);

        assertThat(request.uri()).isEqualTo(URI.create("https://host/v1/messages"));
        assertThat(request.headers().firstValue("x-api-key")).contains("secret");
        assertThat(request.headers().firstValue("authorization")).isEmpty();
        assertThat(request.headers().firstValue("anthropic-version")).contains("2023-06-01");
        assertThat(request.headers().firstValue("x-request-id")).contains("search/r1#2");
    }

    private static JsonNode said(String params, String messages) {
        return AnthropicRequest.of(json(params), json(messages));
    }

    private static JsonNode json(String text) {
        try {
            return OpenAiApi.JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
