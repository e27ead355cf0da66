package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Arrays;

/** Whatever lies in the groups' journal. */
class JournalFormatFuzzTest {
    /** The first byte says how long the key is; a key that takes all leaves a tombstone. */
    @FuzzTest(maxDuration = "1m")
    void decodesARecordOrSaysThatItIsDamaged(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int keyEnd = Math.min(data.length, 1 + (data[0] & 0xff));
        byte[] key = Arrays.copyOfRange(data, 1, keyEnd);
        byte[] value = keyEnd == data.length ? null : Arrays.copyOfRange(data, keyEnd, data.length);
        JournalRecord record;
        try {
            record = JournalFormat.decode(key, value);
        } catch (BarnabasException damaged) {
            assertThat(damaged.code()).isEqualTo(ErrorCode.CORRUPT_DATA);
            return;
        }
        JournalFormat.Encoded again = JournalFormat.encode(record);
        assertThat(JournalFormat.decode(again.key(), again.value())).isEqualTo(record);
    }
}
