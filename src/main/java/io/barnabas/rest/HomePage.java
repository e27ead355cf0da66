package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * The page at {@code /}: one document without scripts or anything from elsewhere. Whatever comes from outside is escaped
 * by {@link #escaped}, and the policy that goes with the page lets nothing run or load but its own style.
 */
final class HomePage {
    private static final String STYLE = """
            :root{color-scheme:light dark;--ink:#1d2733;--dim:#5b6673;--line:#d9dfe6;--paper:#f6f8fa;--card:#fff;--link:#0a58a6;\
            --good:#12703c;--goodpaper:#dff4e6;--bad:#93210f;--badpaper:#fde6e1}
            @media (prefers-color-scheme:dark){:root{--ink:#e4e9ee;--dim:#9aa7b4;--line:#2d3742;--paper:#12171d;--card:#1a2129;\
            --link:#7cb9ff;--good:#8fe0ae;--goodpaper:#143524;--bad:#ffb3a5;--badpaper:#44190f}}
            *{box-sizing:border-box}
            body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
            header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}
            header{padding-top:2rem}
            h1{margin:0;font-size:1.9rem;letter-spacing:-.01em}
            h2{margin:0 0 .6rem;font-size:1.1rem}
            p{margin:.3rem 0}
            a{color:var(--link)}
            a:focus-visible{outline:2px solid var(--link);outline-offset:2px}
            .dim{color:var(--dim)}
            .state{display:inline-block;padding:.1rem .7rem;border-radius:1rem;font-size:.95rem;font-weight:600;vertical-align:middle}
            .good{color:var(--good);background:var(--goodpaper)}
            .bad{color:var(--bad);background:var(--badpaper)}
            nav ul{display:flex;flex-wrap:wrap;gap:.4rem 1.4rem;margin:1rem 0 0;padding:0;list-style:none}
            section{margin:1.25rem 0;padding:1.1rem 1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;\
            overflow-x:auto}
            dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem 1.5rem;margin:0}
            dt{color:var(--dim);font-size:.85rem}
            dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
            table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
            caption{text-align:left;color:var(--dim);font-size:.85rem;padding-bottom:.4rem}
            th,td{padding:.35rem .8rem .35rem 0;text-align:left;border-top:1px solid var(--line)}
            thead th{border-top:0;font-size:.85rem;color:var(--dim);font-weight:600}
            tbody th{min-width:7rem;font-weight:500;overflow-wrap:anywhere}
            .number{text-align:right;white-space:nowrap}
            footer{padding-bottom:2rem;font-size:.9rem}
            """;

    /** What a browser may do with the page. */
    static final String POLICY = "default-src 'none'; style-src 'sha256-" + sha256(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final StringBuilder out = new StringBuilder(8 * 1024);

    private HomePage() {}

    /** The whole document. */
    static String of(HomeView view) {
        HomePage page = new HomePage();
        page.head(view);
        page.out.append("<main>\n");
        page.node(view);
        page.topics(view);
        page.groups(view);
        page.nodes(view);
        page.out
                .append("</main>\n<footer class=\"dim\"><p>Read again by loading the page. The same as JSON: ")
                .append("<code>curl -H 'Accept: application/json'</code>.</p></footer>\n</body>\n</html>\n");
        return page.out.toString();
    }

    private void head(HomeView view) {
        String state = view.ready() ? "ready" : "not ready";
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>Barnabas node ")
                .append(view.node())
                .append(": ")
                .append(state)
                .append("</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<header>\n<h1>Barnabas <span class=\"state ")
                .append(view.ready() ? "good" : "bad")
                .append("\">node ")
                .append(view.node())
                .append(' ')
                .append(state)
                .append("</span></h1>\n<p class=\"dim\">A partitioned, durable log with consumer groups.</p>\n");
        if (view.advice() != null) {
            out.append("<p role=\"status\"><strong>")
                    .append(escaped(view.advice()))
                    .append("</strong></p>\n");
        }
        out.append("<nav aria-label=\"Of this node\"><ul>");
        link("openapi", "HTTP, as OpenAPI");
        link("asyncapi", "WebSocket, as AsyncAPI");
        link("health?pretty", "Health");
        link("metrics", "Metrics");
        link("cluster", "Cluster, as JSON");
        out.append("</ul></nav>\n</header>\n");
    }

    private void link(String href, String text) {
        out.append("<li><a href=\"").append(href).append("\">").append(text).append("</a></li>");
    }

    private void node(HomeView view) {
        out.append("<section aria-labelledby=\"node\"><h2 id=\"node\">This node</h2><dl>");
        term("Node", Integer.toString(view.node()));
        term("Version", view.version());
        term("Phase", view.phase());
        term("Up for", duration(view.uptimeMs()));
        term("ZooKeeper", view.zookeeper());
        term("Cluster", view.clusterId());
        out.append("</dl></section>\n");
    }

    private void term(String name, String value) {
        out.append("<div><dt>")
                .append(name)
                .append("</dt><dd>")
                .append(escaped(value))
                .append("</dd></div>");
    }

    private void topics(HomeView view) {
        begin(
                "topics",
                "Topics",
                shown("topic", view.topics().size(), view.topicCount()) + " Records and bytes are those on this node.");
        columns(List.of("Topic"), List.of("Partitions", "With owner", "Here", "Records here", "Bytes here"));
        for (HomeView.TopicLine topic : view.topics()) {
            row(topic.name());
            number(topic.partitions());
            number(topic.owned());
            number(topic.here());
            number(topic.recordsHere());
            cell(bytes(topic.bytesHere()));
            out.append("</tr>\n");
        }
        end();
    }

    private void groups(HomeView view) {
        begin(
                "groups",
                "Groups",
                shown("group", view.groups().size(), view.groupCount())
                        + " Lag is in records, as far as this node can tell.");
        columns(List.of("Group", "State", "Topics"), List.of("Members", "Lag"));
        for (HomeView.GroupLine group : view.groups()) {
            row(group.group());
            out.append("<td>").append(escaped(group.state())).append("</td><td>");
            out.append(escaped(String.join(", ", group.topics()))).append("</td>");
            number(group.members());
            cell(group.lag() == null ? "unknown" : grouped(group.lag()));
            out.append("</tr>\n");
        }
        end();
    }

    private void nodes(HomeView view) {
        begin(
                "nodes",
                "Nodes of the cluster",
                view.controller() == null ? "None leads." : "Node " + view.controller() + " leads.");
        columns(List.of("Node", "URL"), List.of("Partitions"));
        for (HomeView.NodeLine node : view.nodes()) {
            row(node.id() + (node.id() == view.node() ? " (this one)" : ""));
            out.append("<td>").append(escaped(node.url())).append("</td>");
            number(node.partitions());
            out.append("</tr>\n");
        }
        end();
    }

    private void begin(String id, String title, String caption) {
        out.append("<section aria-labelledby=\"")
                .append(id)
                .append("\"><h2 id=\"")
                .append(id)
                .append("\">");
        out.append(title)
                .append("</h2><table><caption>")
                .append(escaped(caption))
                .append("</caption><thead><tr>");
    }

    private void columns(List<String> texts, List<String> numbers) {
        texts.forEach(name -> out.append("<th scope=\"col\">").append(name).append("</th>"));
        numbers.forEach(name ->
                out.append("<th scope=\"col\" class=\"number\">").append(name).append("</th>"));
        out.append("</tr></thead><tbody>\n");
    }

    private void row(String header) {
        out.append("<tr><th scope=\"row\">").append(escaped(header)).append("</th>");
    }

    private void number(long value) {
        cell(grouped(value));
    }

    private void cell(String value) {
        out.append("<td class=\"number\">").append(escaped(value)).append("</td>");
    }

    private void end() {
        out.append("</tbody></table></section>\n");
    }

    private static String shown(String what, int shown, int all) {
        String plural = all == 1 ? what : what + "s";
        return shown < all
                ? "The first " + shown + " of " + grouped(all) + " " + plural + "."
                : grouped(all) + " " + plural + ".";
    }

    private static String grouped(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "B";
        for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
            if (value < 1024) {
                break;
            }
            value /= 1024;
            unit = next;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, unit);
    }

    static String duration(long ms) {
        Duration time = Duration.ofMillis(ms);
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toSeconds() + " s";
    }

    /** For text and for attributes in double quotes. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
