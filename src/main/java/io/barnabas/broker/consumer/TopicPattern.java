package io.barnabas.broker.consumer;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression for topic names that came from a client: what matching may cost is bounded. */
public record TopicPattern(String expression) {
    private static final int MAX_LENGTH = TopicName.MAX_LENGTH;

    /** Looks at characters, for one name: far more than an honest expression needs, a moment for a bad one. */
    private static final int MAX_STEPS = 100_000;

    public TopicPattern {
        compile(expression);
    }

    /** The pattern, or {@code INVALID_FIELD} when it is no expression or too long. */
    public static TopicPattern of(String expression) {
        return new TopicPattern(expression);
    }

    private static Pattern compile(String expression) {
        if (expression == null || expression.isEmpty() || expression.length() > MAX_LENGTH) {
            throw invalid("must have 1 to " + MAX_LENGTH + " characters");
        }
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw invalid("is no regular expression: " + e.getDescription() + " at position " + e.getIndex());
        }
    }

    /** Those of the names that match as a whole. */
    public Set<String> matching(Collection<String> names) {
        Pattern pattern = compile(expression);
        Set<String> matching = new TreeSet<>();
        for (String name : names) {
            if (pattern.matcher(new CountedText(name)).matches()) {
                matching.add(name);
            }
        }
        return matching;
    }

    private static BarnabasException invalid(String what) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, "field 'topic_pattern' " + what);
    }

    /** Text that can be looked at only so often: an expression that backtracks without end fails in place of spinning. */
    private static final class CountedText implements CharSequence {
        private final String text;
        private int steps;

        CountedText(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            steps++;
            if (steps > MAX_STEPS) {
                throw invalid("takes too long to match");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
