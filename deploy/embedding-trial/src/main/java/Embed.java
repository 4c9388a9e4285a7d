import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

/** Writes the embedding of every prompt of some data folders: {@code Embed OUT DIR...}. */
public final class Embed {

    // the time grows with the length; what the prompt is about stands in its beginning
    private static final int READ = 1_200;

    public static void main(String[] args) throws IOException {
        var model = new AllMiniLmL6V2QuantizedEmbeddingModel(Runnable::run);
        var json = new ObjectMapper();
        Path out = Files.createDirectories(Path.of(args[0]));
        for (String folder : List.of(args).subList(1, args.length)) {
            List<String> prompts = new ArrayList<>();
            try (var lines = new BufferedReader(new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(Path.of(folder, "prompts.jsonl.gz"))),
                    StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    prompts.add(json.readTree(line).path("prompt").asText());
                }
            }
            long began = System.nanoTime();
            Path file = out.resolve(Path.of(folder).getFileName() + ".emb");
            try (var data = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
                data.writeInt(prompts.size());
                for (String prompt : prompts) {
                    UUID key = UUID.nameUUIDFromBytes(prompt.getBytes(StandardCharsets.UTF_8));
                    data.writeLong(key.getMostSignificantBits());
                    data.writeLong(key.getLeastSignificantBits());
                    String read = prompt.length() > READ ? prompt.substring(0, READ) : prompt;
                    for (float value : model.embed(read).content().vector()) {
                        data.writeFloat(value);
                    }
                }
            }
            System.out.printf(
                    "%s: %d prompts, %.1f ms each%n",
                    folder, prompts.size(), (System.nanoTime() - began) / 1e6 / prompts.size());
        }
    }
}
