package io.barnabas;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the server from looking for static files in {@code META-INF/resources} of the libraries, of which none has any.
 * It looks there for each class that is loaded, too, and without a lock, while it closes all libraries at the end of the
 * deployment and whenever none was used for a while: a class that the node, which starts and works beside that, needs for
 * the first time at such a moment would be an {@link IllegalStateException} ("zip file closed"), and a start that fails.
 *
 * <p>No interface of the platform reaches that, so this goes through the server's own classes by reflection; where these
 * are different, the server goes on looking.
 */
public final class LibraryFolders implements ServletContextListener {
    private static final Logger LOG = LoggerFactory.getLogger(LibraryFolders.class);

    /** Made by the server. */
    public LibraryFolders() {}

    /** The server has its view of the application's files by now, and has not closed the libraries yet. */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        ClassLoader loader = event.getServletContext().getClassLoader();
        if (!hide(loader)) {
            LOG.info("the server looks for files in the libraries loader={}", loader.getClass());
        }
    }

    /** Whether there was such a view and it is without libraries now. */
    static boolean hide(ClassLoader application) {
        try {
            Object view = field(application.getClass(), "resources").get(application);
            Object files = view.getClass().getMethod("getDirContext").invoke(view);
            for (Method method : files.getClass().getMethods()) {
                if (method.getName().equals("setJarFileResourcesProvider")) {
                    method.invoke(files, new Object[] {null});
                    return true;
                }
            }
            return false;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("another server", e);
            return false;
        }
    }

    private static Field field(Class<?> from, String name) throws NoSuchFieldException {
        for (Class<?> type = from; type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(name);
    }
}
