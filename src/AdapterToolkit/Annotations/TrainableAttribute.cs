namespace AdapterToolkit;

/// <summary>
/// Makes the weight of a module train together with the adapters, as PEFT's <c>modules_to_save</c> does. It goes on a
/// property that holds an <c>RmsNorm</c> or a list of them; anywhere else it is an error (ADT0005, ADT0006).
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TrainableAttribute : Attribute;
