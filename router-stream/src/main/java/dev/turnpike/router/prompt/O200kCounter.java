package dev.turnpike.router.prompt;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.turnpike.router.decision.TokenCounter;
import dev.turnpike.schemas.event.LlmRequest;
import java.util.List;
import java.util.Locale;

/** Counts with {@code o200k_base}, the tokenizer of OpenAI's models since GPT-4o. Safe for many threads. */
public final class O200kCounter implements TokenCounter {

    private static final List<String> FAMILIES =
            List.of("gpt-4o", "chatgpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "o1", "o3", "o4");
    private static final String FINE_TUNED = "ft:";

    // reads its 200,000 ranks when it is first asked, which may be never
    private final EncodingRegistry encodings = Encodings.newLazyEncodingRegistry();

    @Override
    public boolean covers(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        String base = name.startsWith(FINE_TUNED) ? name.substring(FINE_TUNED.length()) : name;
        for (String family : FAMILIES) {
            boolean same = base.startsWith(family)
                    && (base.length() == family.length() || !Character.isLetterOrDigit(base.charAt(family.length())));
            if (same) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long most(LlmRequest request) {
        Encoding encoding = encodings.getEncoding(EncodingType.O200K_BASE);
        return PromptReader.read(request, encoding::countTokensOrdinary).mostInputTokens();
    }
}
