namespace AdapterToolkit.Weights;

/// <summary>How a checkpoint's weights are held once they are loaded.</summary>
public enum WeightStorage
{
    /// <summary>As the layers' classes say: those marked <see cref="QuantizedAttribute"/> are quantized while they are read.</summary>
    AsMarked,

    /// <summary>As the file has them: a layer marked <see cref="QuantizedAttribute"/> keeps its weight in the file's 16 or 32 bits.</summary>
    Dense,
}
