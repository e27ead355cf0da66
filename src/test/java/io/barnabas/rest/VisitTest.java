package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VisitTest {
    private final Doorway door = new Doorway();
    private final Visit visit = new Visit(door, request());

    @BeforeEach
    void comeIn() {
        door.open();
        door.enter();
    }

    @Test
    void isOverWhenTheFiltersAreThrough() throws Exception {
        // when
        visit.passed();
        // then
        assertThat(door.shut(1)).as("inside").isZero();
    }

    @Test
    void goesOnUntilTheAnswerThatComesLaterIsComplete() throws Exception {
        // given
        AsyncContext later = visit.startAsync();
        visit.passed();
        assertThat(door.shut(1)).as("inside").isEqualTo(1);
        // when
        later.complete();
        // then
        assertThat(door.shut(1)).as("inside").isZero();
    }

    @Test
    void isOverOnceWhenTheAnswerWasThereBeforeTheFiltersWereThrough() throws Exception {
        // given another visitor
        door.open();
        door.enter();
        // when
        visit.startAsync(visit, null);
        visit.getAsyncContext().complete();
        visit.passed();
        // then
        assertThat(door.shut(1)).as("inside").isEqualTo(1);
    }

    /** What the server gives: everything that is asked of it does nothing, except to start answering later. */
    private static HttpServletRequest request() {
        AsyncContext context = stub(AsyncContext.class, null);
        return stub(HttpServletRequest.class, context);
    }

    private static <T> T stub(Class<T> type, AsyncContext context) {
        return type.cast(Proxy.newProxyInstance(
                VisitTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> method.getReturnType() == AsyncContext.class ? context : null));
    }
}
