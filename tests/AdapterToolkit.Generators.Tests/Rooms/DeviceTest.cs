namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>A place in the code that tells one kind of device from the others.</summary>
/// <param name="Room">The room.</param>
/// <param name="Kind">The type or property that it asks for.</param>
/// <param name="Place">File and line.</param>
internal sealed record DeviceTest(string Room, string Kind, string Place)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Place}: asks for {Kind}";
}
