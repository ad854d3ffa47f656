namespace AdapterToolkit.Generators.Tests.Rooms;

/// <summary>A place in the code of one room that uses a type of another.</summary>
/// <param name="From">The room that uses.</param>
/// <param name="To">The room that is used.</param>
/// <param name="Type">The type that is used.</param>
/// <param name="Place">File and line of the use.</param>
internal sealed record RoomUse(string From, string To, string Type, string Place)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Place}: {From} uses {Type} of {To}";
}
