package dev.turnpike.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every view of the console in Chromium, against {@code turnpike up} with its demo. */
class ConsoleIT {

    private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

    // a row of the team search whose model the router chose
    private static final String CHOSEN_FREELY = "[...document.querySelectorAll('tbody tr')].find(row =>"
            + " row.cells[2].innerText === 'search' && row.cells[4].innerText === 'auto')";

    @TempDir
    static Path profile;

    private static Up up;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        Path chromium;
        try {
            chromium = Chromium.find();
        } catch (IllegalStateException e) {
            Assumptions.abort("there is no browser to try the console in: " + e.getMessage());
            return;
        }
        up = Up.start();
        browser = Browser.start(chromium, profile);
        browser.open(up.console());
        awaitView("overview");
        browser.await("traffic of the demo", "document.querySelectorAll('tbody tr').length >= 4");
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (up != null) {
            up.close();
        }
    }

    @BeforeEach
    void atTheDesk() {
        browser.size(1440, 900, 1);
        browser.prefer("light");
        browser.forgetComplaints();
    }

    @Test
    void shouldAnswerInOneLookWhoSpentMostOnWhatAndWhetherItLasts() {
        view("overview");

        // ann of platform spent 199.94 dollars elsewhere, most of it on gpt-5
        browser.await(
                "the answer", "document.querySelector('.answer h1')?.innerText.includes('platform spent most today')");
        assertThat(browser.text(".answer h1")).containsPattern("\\$\\d+\\.\\d\\d, \\d+ % of it on gpt-5\\.");
        assertThat(browser.text(".answer .lead"))
                .containsPattern("will not run out this month: at this pace \\$.* of \\$10,000");
        browser.await(
                "her week's budget is gone all the same",
                "document.querySelector('.answer .lead')?.innerText.includes('per-employee of ann is used up until')");
        assertThat(browser.text("main")).contains("search", "support", "research", "Saved today", "Held now");
        assertThat(browser.text("main")).contains("acme-month", "of $15,000 this month", "Left to lend");
        assertThat(browser.text(".parts")).contains("platform $", "search $", "support $", "research $");
        assertThat(browser.eval("document.querySelectorAll('.meter').length").asInt())
                .isGreaterThan(3);
        browser.await(
                "burn-down",
                "document.querySelector('.chart.tall canvas')?.getAttribute('aria-label')?.includes('left of')");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldShowDecisionsAsTheyComeAndExplainEach() {
        view("routing");
        browser.await("decisions", "document.querySelectorAll('tbody tr').length > 5");
        String first = browser.text("tbody tr .link");
        browser.await(
                "newer decisions, by themselves",
                "document.querySelector('tbody tr .link').innerText !== " + Browser.quoted(first));

        browser.choose("#stream-outcome", "rejected");
        browser.await(
                "rejections alone",
                "[...document.querySelectorAll('tbody tr .chip')].every(chip => chip.classList.contains('bad'))");
        browser.choose("#stream-team", "search");
        browser.choose("#stream-outcome", "routed");
        browser.await(
                "routed alone",
                "[...document.querySelectorAll('tbody tr .chip')].every(chip => chip.innerText === 'routed')");
        browser.await("one that was free to choose", CHOSEN_FREELY);
        browser.eval(CHOSEN_FREELY + ".querySelector('.link').click()");

        browser.await("the explanation", "document.querySelector('dialog.drawer .facts')");
        assertThat(browser.text("dialog.drawer"))
                .contains(
                        "Candidates, and why others were out",
                        "Headroom that was seen",
                        "chosen",
                        "per completed task");
        browser.press("Escape", 27);
        browser.await("the drawer is closed", "!document.querySelector('dialog')");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldRankModels() {
        view("models");

        browser.await("used models", "document.querySelectorAll('.share').length > 1");
        assertThat(browser.text("main"))
                .contains("deepseek/deepseek-chat", "house-model", "by catalog", "Share of spend");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldTellAlertsDeadLettersAndHealth() {
        view("alerts");
        browser.await("an alert", "document.querySelector('.feed')?.innerText.includes('per-employee')");
        view("letters");
        browser.await("both dead letters", "document.querySelectorAll('tbody tr').length === 2");
        assertThat(browser.text("main")).contains("unreadable", "invalid", "llm.requests");
        view("health");
        browser.await("feedback", "/Feedback lag\\s+[\\d,]+ ms/.test(document.querySelector('.tiles')?.innerText)");
        assertThat(browser.text("main")).contains("running", "llm.usage", "llm.dispatches");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldSwapTheModelBehindAnAliasForTheNextDispatch() {
        view("steer");
        browser.await("the alias", "document.querySelector('#target-house-model')?.value === 'deepseek/deepseek-chat'");

        browser.choose("#target-house-model", "openai/gpt-5");

        browser.await(
                "it is told",
                "document.querySelector('#toasts')?.innerText.includes('house-model now stands for openai/gpt-5')");
        browser.await(
                "who did it", "/house-model[^]*console/.test(document.querySelector('.plain-list li').innerText)");
        String answer = up.ask("search", "house-model");
        assertThat(answer).contains("openai/gpt-5");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldPutABudgetInForce() {
        view("steer");
        browser.await("policies", "document.querySelector('#steer-team')");
        browser.choose("#steer-team", "support");
        browser.await("its budgets", "document.querySelector('#limit-support-support-day-ceiling')");

        browser.type("#limit-support-support-day-ceiling", "0.000001");
        browser.press("Enter", 13);

        browser.await(
                "it is told",
                "document.querySelector('#toasts')?.innerText.includes('support-day-ceiling is now 0.000001 USD')");
        // a door knows a key that was just made within a moment
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(up.ask("support", "auto")).contains("429", "support-day-ceiling"));
        view("overview");
        browser.await(
                "it is used up",
                "[...document.querySelectorAll('tbody tr')].some(row => row.innerText.includes('support') && row.innerText.includes('used up'))");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void shouldSwitchAnOfferOff() {
        view("steer");
        browser.await(
                "the switch", "document.querySelector('#offer-xai-grok-4')?.getAttribute('aria-checked') === 'true'");

        browser.click("#offer-xai-grok-4");

        browser.await(
                "it is off", "document.querySelector('#offer-xai-grok-4')?.getAttribute('aria-checked') === 'false'");
        view("models");
        browser.await(
                "it is marked",
                "[...document.querySelectorAll('tbody tr')].some(row => row.innerText.includes('xai/grok-4') && row.innerText.includes('off'))");
    }

    @Test
    void shouldSayWhatIsWrong() {
        view("steer");
        browser.await(
                "policies",
                "document.querySelector('#limit-search-search-month') || document.querySelector('#steer-team')");
        browser.choose("#steer-team", "search");
        browser.await("its budget", "document.querySelector('#limit-search-search-month')");

        browser.type("#limit-search-search-month", "a lot");
        browser.press("Enter", 13);

        browser.await(
                "the refusal",
                "document.querySelector('main > .problem:not([hidden])')?.innerText.includes('limit_usd=a lot')");
        // a token that nobody knows
        String token = browser.eval("sessionStorage.getItem('turnpike-token')").asText();
        browser.eval("sessionStorage.setItem('turnpike-token', 'wrong')");
        browser.type("#limit-search-search-month", "4999");
        browser.press("Enter", 13);
        browser.await(
                "the refusal",
                "document.querySelector('main > .problem:not([hidden])')?.innerText.includes('the token is not known')");
        browser.click("#sign");
        browser.type("#token", "wrong again");
        browser.press("Enter", 13);
        browser.await(
                "the refusal",
                "document.querySelector('dialog .problem:not([hidden])')?.innerText.includes('the token is not known')");
        browser.type("#token", token);
        browser.press("Enter", 13);
        browser.await(
                "signed in",
                "!document.querySelector('dialog') && document.querySelector('#sign').innerText === 'Sign out'");
        assertThat(up.get("/api/v1/policies/search")).contains("\"limit_usd\":\"5000\"");
    }

    @Test
    void shouldTakeAnEditOnlyFromWhoMayAndOfWhatWasRead() {
        String path = "/api/v1/policies/research";
        String policy = "{\"kind\":\"TeamPolicy\",\"team\":\"research\",\"timezone\":\"UTC\"}";
        String token = browser.eval("sessionStorage.getItem('turnpike-token')").asText();

        assertThat(up.put(path, policy, "authorization", "Bearer nobody"))
                .startsWith("401 ")
                .contains("application/problem+json");
        assertThat(up.put(path, policy, "authorization", "Bearer " + token, "if-match", "\"12345\""))
                .startsWith("412 ");
        assertThat(up.put(path, policy, "authorization", "Bearer " + token, "if-none-match", "*"))
                .startsWith("412 ");
        assertThat(up.put(path, "kind: TeamPolicy\nteam: research\norg: nowhere", "authorization", "Bearer " + token))
                .startsWith("422 ")
                .contains("org=nowhere: is not known");
        assertThat(up.put(
                        "/api/v1/aliases/spare",
                        "kind: Alias\nalias: spare\ntarget: openai/o3",
                        "authorization",
                        "Bearer " + token))
                .startsWith("201 ")
                .contains("etag");
        assertThat(up.get("/api/v1/edits?limit=1")).contains("\"key\":\"spare\"", "\"by\":\"console\"");
        assertThat(up.get("/api/v1/nothing")).startsWith("404 ").contains("application/problem+json");
        assertThat(up.get("/")).contains("default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overview", "routing", "models", "alerts", "letters", "health", "steer"})
    void shouldBeUsableByEverybody(String view) throws IOException {
        for (String scheme : List.of("light", "dark")) {
            browser.prefer(scheme);
            view(view);
            assertThat(seriousFindings()).as(view + " in " + scheme).isEmpty();
        }
        browser.size(390, 844, 1);
        browser.await(view + " at a phone's width", "document.documentElement.scrollWidth <= 390");
        assertThat(browser.requested())
                .allMatch(address -> address.startsWith(up.address()) || address.startsWith("data:"));
    }

    private static void view(String name) {
        browser.eval("location.hash = '#/" + name + "'");
        awaitView(name);
    }

    private static void awaitView(String name) {
        browser.await(
                name, "document.querySelector('main[data-view=\"" + name + "\"]')?.dataset.ready === '" + name + "'");
    }

    private static List<String> seriousFindings() throws IOException {
        try (InputStream axe = ConsoleIT.class.getResourceAsStream(AXE)) {
            browser.eval("typeof axe === 'object' || (() => {" + new String(axe.readAllBytes(), StandardCharsets.UTF_8)
                    + "\n})()");
        }
        JsonNode violations = browser.eval(
                "axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations"
                        + ".filter(each => ['serious', 'critical'].includes(each.impact))"
                        + ".map(each => each.id + ': ' + each.nodes.map(node => node.html + ' ' + node.failureSummary).slice(0, 3).join('; ')))");
        List<String> findings = new ArrayList<>();
        violations.forEach(each -> findings.add(each.asText()));
        return findings;
    }
}
