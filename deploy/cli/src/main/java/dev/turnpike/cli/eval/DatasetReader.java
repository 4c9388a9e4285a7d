package dev.turnpike.cli.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads a folder of recorded answers: {@code prompts.jsonl}, {@code models.csv} and {@code outcomes.csv}, the first and
 * the last also with {@code .gz}.
 *
 * <p>Where an outcome has no cost it is computed from its tokens and the model's prices; unknown input tokens are taken as
 * a quarter of the prompt's characters, unknown output tokens as none. Prompts that some model did not answer are left
 * out.
 */
final class DatasetReader {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double CHARACTERS_PER_TOKEN = 4;

    private DatasetReader() {}

    static Dataset read(Path folder) throws IOException {
        List<Dataset.Model> models = models(folder);
        Map<String, Integer> modelAt = new HashMap<>();
        models.forEach(model -> modelAt.put(model.name(), modelAt.size()));
        Map<String, JsonNode> prompts = new LinkedHashMap<>();
        try (BufferedReader lines = open(folder, "prompts.jsonl")) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    JsonNode node = JSON.readTree(line);
                    prompts.put(node.path("id").asText(), node);
                }
            }
        }
        Map<String, double[]> scores = new HashMap<>();
        Map<String, double[]> costs = new HashMap<>();
        for (Map<String, String> row : table(folder, "outcomes.csv")) {
            String id = row.getOrDefault("id", "");
            JsonNode prompt = prompts.get(id);
            Integer model = modelAt.get(row.getOrDefault("model", ""));
            String score = row.getOrDefault("score", "");
            if (prompt == null || model == null || score.isEmpty()) {
                continue;
            }
            scores.computeIfAbsent(id, any -> unknown(models.size()))[model] = Double.parseDouble(score);
            costs.computeIfAbsent(id, any -> unknown(models.size()))[model] =
                    cost(row, models.get(model), prompt.path("prompt").asText());
        }
        List<String> texts = prompts.values().stream()
                .map(node -> node.path("prompt").asText())
                .toList();
        List<String> questions = Questions.of(texts);
        List<Dataset.Answered> answered = new ArrayList<>();
        int at = 0;
        for (Map.Entry<String, JsonNode> prompt : prompts.entrySet()) {
            String question = questions.get(at++);
            double[] score = scores.get(prompt.getKey());
            double[] cost = costs.get(prompt.getKey());
            if (score != null && cost != null && Arrays.stream(score).noneMatch(Double::isNaN)) {
                answered.add(new Dataset.Answered(
                        prompt.getKey(),
                        prompt.getValue().path("prompt").asText(),
                        prompt.getValue().path("task_type").asText(""),
                        question,
                        score,
                        cost));
            }
        }
        if (answered.isEmpty()) {
            throw new IOException(folder + ": no prompt was answered by all models of models.csv");
        }
        return new Dataset(models, answered);
    }

    private static List<Dataset.Model> models(Path folder) throws IOException {
        List<Dataset.Model> models = new ArrayList<>();
        for (Map<String, String> row : table(folder, "models.csv")) {
            models.add(new Dataset.Model(
                    row.getOrDefault("model", ""),
                    number(row, "input_usd_per_million", 0),
                    number(row, "output_usd_per_million", 0)));
        }
        return models;
    }

    private static double cost(Map<String, String> row, Dataset.Model model, String prompt) {
        double estimate =
                number(row, "input_tokens", prompt.length() / CHARACTERS_PER_TOKEN) * model.inputUsdPerMillion()
                        + number(row, "output_tokens", 0) * model.outputUsdPerMillion();
        return number(row, "cost_usd", estimate / 1e6);
    }

    private static double number(Map<String, String> row, String column, double otherwise) {
        String value = row.getOrDefault(column, "");
        return value.isEmpty() ? otherwise : Double.parseDouble(value);
    }

    private static double[] unknown(int models) {
        double[] values = new double[models];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private static List<Map<String, String>> table(Path folder, String name) throws IOException {
        List<Map<String, String>> rows = new ArrayList<>();
        try (BufferedReader lines = open(folder, name)) {
            String head = lines.readLine();
            if (head == null) {
                throw new IOException(folder.resolve(name) + " is empty");
            }
            List<String> columns = cells(head);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> cells = cells(line);
                Map<String, String> row = new HashMap<>();
                for (int i = 0; i < Math.min(columns.size(), cells.size()); i++) {
                    row.put(columns.get(i), cells.get(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                cell.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString());
        return cells;
    }

    private static BufferedReader open(Path folder, String name) throws IOException {
        Path plain = folder.resolve(name);
        Path packed = folder.resolve(name + ".gz");
        InputStream in =
                Files.exists(packed) ? new GZIPInputStream(Files.newInputStream(packed)) : Files.newInputStream(plain);
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }
}
