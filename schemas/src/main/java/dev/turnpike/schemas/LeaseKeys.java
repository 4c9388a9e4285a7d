package dev.turnpike.schemas;

import dev.turnpike.schemas.event.LeaseRequest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Keys of {@link Topics#LEASE_REQUESTS}: {@code org/position or partition/teller}, the org form-encoded. */
public final class LeaseKeys {

    private LeaseKeys() {}

    /** The key of a word to a lender: of its team's position, or of a partition that has told of all spend. */
    public static String of(LeaseRequest word) {
        String subject = word.getTeam().isEmpty()
                ? String.valueOf(word.getPartition())
                : new PositionKey(
                                word.getTeam(),
                                BudgetScopes.ORG,
                                word.getOrg(),
                                word.getPeriod(),
                                word.getWindowStart())
                        .encode();
        return of(word.getOrg(), subject, word.getTeller());
    }

    /** @param subject an encoded position, or a partition */
    public static String of(String org, String subject, String teller) {
        return URLEncoder.encode(org, StandardCharsets.UTF_8) + '/' + subject + '/' + teller;
    }

    /** The org, which the topic is partitioned by. */
    public static String orgOf(String key) {
        int end = key.indexOf('/');
        return URLDecoder.decode(end < 0 ? key : key.substring(0, end), StandardCharsets.UTF_8);
    }
}
