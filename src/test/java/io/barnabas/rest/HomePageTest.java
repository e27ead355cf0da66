package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.rest.HomeView.GroupLine;
import io.barnabas.rest.HomeView.NodeLine;
import io.barnabas.rest.HomeView.TopicLine;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HomePageTest {
    private static final String EVIL = "<script>alert(\"1\")</script>&'";

    private static HomeView view(boolean ready, String advice, String text) {
        return new HomeView(
                3,
                text,
                text,
                text,
                ready,
                advice,
                61_000,
                text,
                null,
                List.of(new NodeLine(3, text, 2)),
                250,
                List.of(new TopicLine(text, 4, 3, 2, 1_234_567, 2_048)),
                1,
                List.of(new GroupLine(text, text, 2, List.of(text), null)),
                HomeView.LINKS);
    }

    @Test
    void escapesWhateverComesFromOutside() {
        // when
        String page = HomePage.of(view(false, EVIL, EVIL));
        // then
        assertThat(page)
                .doesNotContain("<script")
                .contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;");
    }

    @Test
    void tellsNumbersForPeople() {
        // when
        String page = HomePage.of(view(true, null, "x"));
        // then
        assertThat(page)
                .contains("node 3 ready", "1,234,567", "2.0 KiB", "1 min 1 s", "The first 1 of 250 topics.", "unknown")
                .doesNotContain("not ready");
    }

    @Test
    void saysWhatToDoWhenTheNodeIsNotReady() {
        assertThat(HomePage.of(view(false, "make room", "x"))).contains("not ready", "<strong>make room</strong>");
    }

    @Test
    void needsNothingFromElsewhereAndClosesWhatItOpens() {
        // when
        String page = HomePage.of(view(true, null, "x"));
        // then
        assertThat(page).startsWith("<!DOCTYPE html>").doesNotContain("http:", "https:", "src=", "style=", "@import");
        for (String element :
                List.of("table", "section", "main", "header", "nav", "dl", "tr", "th", "td", "h2", "body")) {
            assertThat(count("<" + element + "[ >]", page)).as(element).isEqualTo(count("</" + element + ">", page));
        }
    }

    private static long count(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }

    @Test
    void everyColumnHasAHeaderAndEveryRowAsManyCells() {
        // when
        String page = HomePage.of(view(true, null, "x"));
        // then
        Matcher tables = Pattern.compile("<table>.*?</table>", Pattern.DOTALL).matcher(page);
        int found = 0;
        while (tables.find()) {
            String table = tables.group();
            assertThat(table).contains("<caption>");
            assertThat(count("<td", table) + count("scope=\"row\"", table)).isEqualTo(count("scope=\"col\"", table));
            found++;
        }
        assertThat(found).isEqualTo(3);
    }

    @Test
    void allowsItsOwnStyleAndNothingElse() {
        assertThat(HomePage.POLICY)
                .startsWith("default-src 'none'; style-src 'sha256-")
                .doesNotContain("unsafe");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/html application/xhtml+xml */* | true",
                "*/* | false",
                "application/json text/html | false",
                "application/vnd.kafka.v2+json */* | false",
                "text/* | true",
                "application/xml | false"
            })
    void isForWhoeverNamesHtmlFirst(String accepted, boolean html) {
        assertThat(HomeResource.prefersHtml(Arrays.stream(accepted.split(" ", -1))
                        .map(type -> new MediaType(type.split("/", -1)[0], type.split("/", -1)[1]))
                        .toList()))
                .isEqualTo(html);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1536, 1.5 KiB", "1073741824, 1.0 GiB", "5629499534213120, 5120.0 TiB"})
    void writesBytesInTheUnitThatFits(long bytes, String text) {
        assertThat(HomePage.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"999, 0 s", "61000, 1 min 1 s", "7320000, 2 h 2 min", "90000000, 1 d 1 h"})
    void writesTimesInTheTwoUnitsThatFit(long ms, String text) {
        assertThat(HomePage.duration(ms)).isEqualTo(text);
    }
}
