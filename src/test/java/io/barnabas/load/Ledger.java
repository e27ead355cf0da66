package io.barnabas.load;

import java.util.Arrays;

/**
 * What one producer was told of each of its records: nothing, the offset it was stored at, that it was stored somewhere,
 * or that it was refused. Written by the one thread that hears the answers; others read it after that thread has ended.
 */
final class Ledger {
    private static final int UNANSWERED = -1;
    private static final int STORED_SOMEWHERE = -2;
    private static final int REFUSED = -3;

    private final int[] answers;
    private long answeredTwice;

    Ledger(int records) {
        answers = new int[records];
        Arrays.fill(answers, UNANSWERED);
    }

    int records() {
        return answers.length;
    }

    /** Offsets past 2^31 are more than a trial writes, and remembered as a place unknown. */
    void stored(int sequence, long offset) {
        answer(sequence, offset < 0 || offset > Integer.MAX_VALUE ? STORED_SOMEWHERE : (int) offset);
    }

    void refused(int sequence) {
        answer(sequence, REFUSED);
    }

    boolean isStored(int sequence) {
        return answers[sequence] >= 0 || answers[sequence] == STORED_SOMEWHERE;
    }

    boolean isRefused(int sequence) {
        return answers[sequence] == REFUSED;
    }

    /** Whether the answer named another offset than this one. */
    boolean contradicts(int sequence, int offset) {
        return answers[sequence] >= 0 && answers[sequence] != offset;
    }

    /** Answers that came for a record that had one already. */
    long answeredTwice() {
        return answeredTwice;
    }

    private void answer(int sequence, int answer) {
        if (answers[sequence] != UNANSWERED) {
            answeredTwice++;
        }
        answers[sequence] = answer;
    }
}
