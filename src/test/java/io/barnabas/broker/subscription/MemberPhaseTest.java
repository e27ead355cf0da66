package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.subscription.MemberPhase.Rejoining;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemberPhaseTest {
    private static final long LIMIT_NANOS = 1_000;

    @Test
    void aMemberWithoutItsCoordinatorReadsOnForAWhileButNotOnANodeThatIsOutOfTheCluster() {
        // given
        Rejoining apart = new Rejoining("m", OptionalLong.empty(), true, false).since(500);
        // then
        assertThat(apart.overdue(1_499, LIMIT_NANOS, false)).isFalse();
        assertThat(apart.overdue(1_500, LIMIT_NANOS, false)).isTrue();
        assertThat(apart.overdue(500, LIMIT_NANOS, true)).isTrue();
        assertThat(apart.toResting().overdue(9_999, LIMIT_NANOS, true))
                .as("once is enough")
                .isFalse();
    }
}
