package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Fills a room's {@code XSettings} record from settings: the component {@code sessionTimeoutMs} of the record with the
 * prefix {@code barnabas.group.} is the setting {@code barnabas.group.session-timeout-ms}. What a value must look like
 * follows from the component: a number whose name ends in {@code Ms} is a duration, in {@code Bytes} or {@code BytesPerSecond} a size. The record
 * checks ranges itself.
 */
final class SettingsBinder {
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private final SettingsReader settings;

    SettingsBinder(SettingsReader settings) {
        this.settings = requireNonNull(settings, "settings");
    }

    /**
     * The record with every component read.
     *
     * @throws SettingsException that names the setting, its value and what is expected
     */
    <T extends Record> T bind(String prefix, Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(settingName(prefix, components[i].getName()), components[i]);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new SettingsException(prefix + "*: " + e.getCause().getMessage());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("settings record " + type.getName() + " cannot be made", e);
        }
    }

    static String settingName(String prefix, String component) {
        return prefix + HUMP.matcher(component).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    private Object value(String name, RecordComponent component) {
        Class<?> type = component.getType();
        if (type == int.class) {
            return (int) number(name, component, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return number(name, component, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == boolean.class) {
            return settings.bool(name);
        }
        if (type == double.class) {
            return settings.number(name, -Double.MAX_VALUE, Double.MAX_VALUE);
        }
        if (type == String.class) {
            return settings.optionalText(name).orElse("");
        }
        if (type == List.class) {
            return settings.list(name);
        }
        throw new IllegalStateException(
                "settings of type " + type.getName() + " are not known, component " + component.getName());
    }

    private long number(String name, RecordComponent component, long least, long most) {
        if (component.getName().endsWith("Ms")) {
            return settings.durationMs(name, 0, most);
        }
        if (component.getName().endsWith("Bytes") || component.getName().endsWith("BytesPerSecond")) {
            return settings.bytes(name, 0, most);
        }
        return settings.wholeNumber(name, least, most);
    }
}
