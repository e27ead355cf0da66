package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.BarnabasSettings.ExitOnFailure;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FailedStartTest {
    @Test
    void failsTheDeploymentOutsideOfPayaraMicro() {
        SettingsException failure = new SettingsException("barnabas.node.id must be set, it is empty");
        assertThatThrownBy(() -> new FailedStart(Optional.of(ExitOnFailure.AUTO)).handle(failure))
                .isSameAs(failure);
        assertThatThrownBy(() -> new FailedStart(Optional.empty()).handle(failure))
                .isSameAs(failure);
    }

    @Test
    void givesTheMessageThatIsMeantForPeopleHoweverDeepItLies() {
        // given
        Throwable wrapped =
                new IllegalStateException("WELD-000049", new RuntimeException(new SettingsException("name the key")));
        // when
        String reason = FailedStart.reason(wrapped);
        // then
        assertThat(reason).isEqualTo("name the key");
    }
}
