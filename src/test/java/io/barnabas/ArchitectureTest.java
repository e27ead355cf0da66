package io.barnabas;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.barnabas.testing.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the arrows between the rooms:
 *
 * <pre>
 *   (root) may use every room and is used by none
 *
 *   rest, websocket, kafka, metrics
 *            |
 *          broker
 *            |
 *   group, cluster, security, log      (group also uses log)
 *            |
 *          record
 * </pre>
 *
 * <p>{@code launch} stands beside them: what the runnable jar does before its server is there.
 *
 * <p>An arrow may leave out a floor, never go up, never to a neighbour. What comes from outside has one room each.
 */
class ArchitectureTest {
    private static final String ROOT = "io.barnabas";

    private static final List<String> ROOMS = List.of(
            "record",
            "log",
            "group",
            "cluster",
            "security",
            "broker",
            "rest",
            "websocket",
            "kafka",
            "metrics",
            "launch");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static final ArchRule ONLY_ROOT_MAKES_THREADS = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT)
            .should()
            .callConstructorWhere(describe("makes a thread", (JavaConstructorCall call) -> call.getTargetOwner()
                    .isAssignableTo(Thread.class)));

    private static final ArchRule NOBODY_SLEEPS = noClasses()
            .should()
            .callMethodWhere(describe(
                    "sleeps",
                    (JavaMethodCall call) -> call.getName().equals("sleep")
                            && (call.getTargetOwner().isEquivalentTo(Thread.class)
                                    || call.getTargetOwner().isEquivalentTo(TimeUnit.class))));

    @ParameterizedTest
    @CsvSource({
        "record, ''",
        "log, record",
        "cluster, record",
        "security, record",
        "group, record log",
        "broker, record log group cluster security",
        "rest, record log group cluster security broker",
        "websocket, record log group cluster security broker",
        "kafka, record log group cluster security broker",
        "metrics, record log group cluster security broker",
        "launch, ''"
    })
    void arrowsPointDownOnly(String room, String allowed) {
        List<String> below = Arrays.asList(allowed.split(" ", -1));
        String[] forbidden = Stream.concat(
                        Stream.of(ROOT),
                        ROOMS.stream()
                                .filter(other -> !other.equals(room) && !below.contains(other))
                                .map(ArchitectureTest::packages))
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packages(room))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void everyClassIsInARoomOrInRoot() {
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(ROOT), ROOMS.stream().map(ArchitectureTest::packages))
                                .toArray(String[]::new))
                .check(PRODUCT);
    }

    @Test
    void roomsAreFreeOfCycles() {
        slices().matching("io.barnabas.(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    @ParameterizedTest
    @CsvSource({
        "jakarta.ws.rs.., io.barnabas.rest..",
        "org.glassfish.jersey.., io.barnabas.rest..",
        "jakarta.websocket.., io.barnabas.websocket..",
        "org.glassfish.tyrus.., io.barnabas.websocket..",
        "org.glassfish.grizzly.., io.barnabas.launch..",
        "org.apache.curator.., io.barnabas.cluster..",
        "org.apache.zookeeper.., io.barnabas.cluster..",
        "org.apache.bookkeeper.., io.barnabas.log.bookkeeper..",
        "org.eclipse.microprofile.., io.barnabas io.barnabas.rest.. io.barnabas.metrics..",
        "jakarta.enterprise.., io.barnabas io.barnabas.rest.. io.barnabas.websocket..",
        "jakarta.inject.., io.barnabas io.barnabas.rest.. io.barnabas.websocket..",
        "jakarta.servlet.., io.barnabas io.barnabas.rest.. io.barnabas.websocket.."
    })
    void whatComesFromOutsideHasItsRoom(String outside, String rooms) {
        DescribedPredicate<JavaClass> elsewhere = DescribedPredicate.not(resideInAnyPackage(rooms.split(" ", -1)));
        noClasses()
                .that(elsewhere)
                .should()
                .dependOnClassesThat(resideInAPackage(outside))
                .check(PRODUCT);
    }

    @Test
    void onlyTheAnnouncementIsPrinted() {
        ArchRule rule = noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Announcement.class.getName())
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace");
        rule.check(PRODUCT);
    }

    @Test
    void logsThroughSlf4jOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.logging..", "org.jboss.logging..")
                .check(PRODUCT);
    }

    @Test
    void nobodySleeps() {
        NOBODY_SLEEPS.check(PRODUCT);
    }

    @Test
    void onlyRootMakesThreads() {
        ONLY_ROOT_MAKES_THREADS.check(PRODUCT);
    }

    @Test
    void ruleAboutThreadsFindsAThread() {
        JavaClasses offender = new ClassFileImporter().importClasses(ChildProcess.class);
        assertThatThrownBy(() -> ONLY_ROOT_MAKES_THREADS.check(offender)).hasMessageContaining("makes a thread");
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            List<Path> without = files.filter(path -> path.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .filter(directory -> !Files.exists(directory.resolve("package-info.java")))
                    .toList();
            assertThat(without).isEmpty();
        }
    }

    private static String packages(String room) {
        return ROOT + "." + room + "..";
    }
}
