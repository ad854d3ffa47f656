namespace AdapterToolkit.Formats.Jinja;

/// <summary>A filter: what stands left of the bar, and the filter's own arguments.</summary>
internal delegate object Filter(Rendering rendering, object value, Arguments arguments);

/// <summary>A test: what stands left of <c>is</c>, and the test's own arguments.</summary>
internal delegate bool Test(Rendering rendering, object value, Arguments arguments);
