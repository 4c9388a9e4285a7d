package dev.turnpike.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShownTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "[secret]",
                "{\"a\": secret, \"b\": 1}",
                "secret's",
                "{\"a\": 'secret'}",
                "\"secret",
                "12secret"
            })
    void shouldSayWhatIsWrongWithATextWithoutItsWords(String text) {
        var malformed = catchThrowableOfType(JsonProcessingException.class, () -> new ObjectMapper().readTree(text));

        assertThat(Shown.problem(malformed)).isNotEmpty().doesNotContain("secret");
    }
}
