package dev.turnpike.metering.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/**
 * A part of a long list: {@code limit} entries behind the mark {@code after}. {@code next} in the answer is the mark of the
 * part that follows, where there is one.
 */
final class Pages {

    static final int MOST = 10_000;
    private static final int USUAL = 1_000;

    private Pages() {}

    /** Cuts the list in an answer to what was asked for. */
    static ObjectNode cut(Context context, ObjectNode answer, String list) {
        int limit = limit(context, USUAL);
        long after = mark(context, "after", 0);
        if (!(answer.get(list) instanceof ArrayNode all)) {
            return answer;
        }
        ArrayNode part = all.arrayNode();
        int index = 0;
        for (JsonNode each : all) {
            if (index >= after && index < after + limit) {
                part.add(each);
            }
            index++;
        }
        answer.set(list, part);
        if (after + limit < index) {
            answer.put("next", Long.toString(after + limit));
        }
        return answer;
    }

    static int limit(Context context, int usual) {
        return (int) number(context, "limit", usual, 1, MOST);
    }

    static long mark(Context context, String name, long otherwise) {
        return number(context, name, otherwise, 0, Long.MAX_VALUE);
    }

    private static long number(Context context, String name, long otherwise, long least, long most) {
        String text = context.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below, as a number out of range is
        }
        throw Problem.badRequest(name + "=" + text + ": must be a whole number from " + least
                + (most == Long.MAX_VALUE ? "" : " to " + most));
    }
}
