package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.JournalFormat.Encoded;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JournalFormatTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 3);
    private static final Member MEMBER = new Member(
            "client-1",
            "client ünï",
            new TreeSet<>(Set.of("orders", "bills")),
            45_000,
            60_000,
            Optional.empty(),
            new TreeMap<>(Map.of(PARTITION, 7)));
    private static final Member AT_HOME = new Member(
            "client-2",
            "client",
            new TreeSet<>(Set.of("orders")),
            45_000,
            60_000,
            Optional.of(new Home(258, "run")),
            new TreeMap<>());
    private static final ConsumerInstance INSTANCE = new ConsumerInstance(
            "browser",
            Map.of("format", "json", "auto.offset.reset", "earliest"),
            Set.of("orders"),
            Optional.of("ord.*"),
            Set.of(PARTITION),
            Optional.of("client-1"),
            300_000);

    static Stream<JournalRecord> records() {
        return Stream.of(
                new JournalRecord.GroupChanged("g", GroupHeader.NEW),
                new JournalRecord.GroupChanged(
                        "g", new GroupHeader(9, Optional.of("range"), Optional.of("orders"), 1_700_000_000_000L)),
                new JournalRecord.GroupRemoved("g"),
                new JournalRecord.MemberChanged("g", MEMBER),
                new JournalRecord.MemberChanged("g", AT_HOME),
                new JournalRecord.MemberRemoved("g", "client-1"),
                new JournalRecord.OffsetChanged("g", PARTITION, new CommittedOffset(Long.MAX_VALUE, "nöte")),
                new JournalRecord.OffsetRemoved("g", PARTITION),
                new JournalRecord.InstanceChanged("g", INSTANCE),
                new JournalRecord.InstanceRemoved("g", "browser"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void readsWhatItWrote(JournalRecord record) {
        Encoded encoded = JournalFormat.encode(record);
        assertThat(JournalFormat.decode(encoded.key(), encoded.value())).isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("records")
    void refusesANewerVersionByName(JournalRecord record) {
        // given
        Encoded encoded = JournalFormat.encode(record);
        byte[] newer = encoded.value() == null ? encoded.key() : encoded.value();
        boolean member = record instanceof JournalRecord.MemberChanged;
        newer[0] = (byte) ((member ? JournalFormat.VERSION_WITH_HOME : JournalFormat.VERSION) + 1);
        // when, then
        assertThatThrownBy(() -> JournalFormat.decode(encoded.key(), encoded.value()))
                .hasMessageContaining(
                        member
                                ? "of version 3; this release reads versions 1 to 2"
                                : "of version 2; this release reads version 1 only")
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA));
    }

    /** The bytes on disk are a promise to later releases. */
    @Test
    void keepsItsBytes() {
        Encoded encoded =
                JournalFormat.encode(new JournalRecord.OffsetChanged("g", PARTITION, new CommittedOffset(258, "n")));
        assertThat(HexFormat.of().formatHex(encoded.key()))
                .isEqualTo("0103" + "00000001" + "67" + "00000006" + "6f7264657273" + "00000003");
        assertThat(HexFormat.of().formatHex(encoded.value())).isEqualTo("01" + "0000000000000102" + "00000001" + "6e");
    }

    /** As the release before homes wrote it, and reads it. */
    @Test
    void keepsTheBytesOfAMemberWithoutAHome() {
        // given
        String key = "0102" + "00000001" + "67" + "00000001" + "6d";
        String value = "01" + "00" + "00000001" + "63" + "0000afc8" + "0000ea60" + "00000001" + "00000006"
                + "6f7264657273" + "00000001" + "00000006" + "6f7264657273" + "00000003" + "00000007";
        // when
        JournalRecord read = JournalFormat.decode(
                HexFormat.of().parseHex(key), HexFormat.of().parseHex(value));
        // then
        assertThat(read)
                .isEqualTo(new JournalRecord.MemberChanged(
                        "g",
                        new Member(
                                "m",
                                "c",
                                new TreeSet<>(Set.of("orders")),
                                45_000,
                                60_000,
                                Optional.empty(),
                                new TreeMap<>(Map.of(PARTITION, 7)))));
        assertThat(HexFormat.of().formatHex(JournalFormat.encode(read).value())).isEqualTo(value);
    }

    @Test
    void keepsTheBytesOfAHome() {
        String value = HexFormat.of()
                .formatHex(JournalFormat.encode(new JournalRecord.MemberChanged("g", AT_HOME))
                        .value());
        assertThat(value).startsWith("02" + "00").endsWith("00000102" + "00000003" + "72756e");
    }

    @Property(tries = 500)
    void neverBelievesDamage(@ForAll long seed) {
        // given
        Random random = new Random(seed);
        List<JournalRecord> all = records().toList();
        Encoded encoded = JournalFormat.encode(all.get(random.nextInt(all.size())));
        byte[] key = encoded.key();
        byte[] value = encoded.value() == null ? new byte[0] : encoded.value();
        byte[] damaged = Arrays.copyOf(value, random.nextInt(value.length + 3));
        for (int i = 0; i < 2 && damaged.length > 0; i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        // when, then: something readable, or an error of ours, and never much memory
        try {
            JournalFormat.decode(key, damaged);
        } catch (BarnabasException e) {
            assertThat(e.code()).isIn(ErrorCode.CORRUPT_DATA, ErrorCode.INVALID_NAME, ErrorCode.UNKNOWN_PARTITION);
        }
    }
}
