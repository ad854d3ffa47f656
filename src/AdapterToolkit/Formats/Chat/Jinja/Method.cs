namespace AdapterToolkit.Formats.Jinja;

/// <summary>A method of values of a type.</summary>
internal delegate object Method<in T>(Rendering rendering, T target, Arguments arguments);
