namespace AdapterToolkit.Checkpoints;

/// <summary>What a chat template writes around messages.</summary>
internal sealed record ChatFormat
{
    /// <summary>What comes before a message's role.</summary>
    public required string HeaderStart { get; init; }

    /// <summary>What comes between a message's role and its content.</summary>
    public required string HeaderEnd { get; init; }

    /// <summary>The token that ends a message.</summary>
    public required string MessageEnd { get; init; }

    /// <summary>What comes between the end of a message and the next header.</summary>
    public required string AfterMessage { get; init; }

    /// <summary>What comes before the first message; may be empty.</summary>
    public string BeginningOfText { get; init; } = "";

    /// <summary>The system text of conversations that begin with another message, or null.</summary>
    public string? DefaultSystemText { get; init; }

    /// <summary>What every system text begins with (Llama 3.1's dates); may be empty. Today's date may be part of it.</summary>
    public Func<string> SystemPreamble { get; init; } = () => "";

    /// <summary>Whether white space around contents is removed.</summary>
    public bool TrimsContent { get; init; }
}
