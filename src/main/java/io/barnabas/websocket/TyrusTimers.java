package io.barnabas.websocket;

import java.lang.reflect.Field;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a timer per message out of the way. The platform's sessions restart an idle time-out with every message in either
 * direction, even when there is none to keep, through a managed executor that looks up services anew each time; that
 * costs several times what the message does. We keep idle time ourselves, so the session is given a scheduler that does
 * nothing. Where the session has no such field all works as before, only slower.
 */
final class TyrusTimers {
    private static final Logger LOG = LoggerFactory.getLogger(TyrusTimers.class);
    private static final String FIELD = "service";

    private final ScheduledExecutorService idle = new IdleScheduler();

    /** Whether it was said that the field is not there; once is enough. */
    private final AtomicBoolean said = new AtomicBoolean();

    /** Takes the timer away from a session that was just opened; true when there was one. */
    boolean remove(Object session) {
        try {
            Field field = find(session.getClass());
            field.setAccessible(true);
            field.set(session, idle);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            if (said.compareAndSet(false, true)) {
                LOG.info(
                        "message timers stay, WebSocket is slower for it session={}",
                        session.getClass().getName());
                LOG.debug("no timer to remove", e);
            }
            return false;
        }
    }

    private static Field find(Class<?> type) throws NoSuchFieldException {
        for (Class<?> current = type; current != null; current = current.getSuperclass()) {
            for (Field field : current.getDeclaredFields()) {
                if (field.getName().equals(FIELD) && field.getType().equals(ScheduledExecutorService.class)) {
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(FIELD);
    }
}
